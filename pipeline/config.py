"""One frozen Config for a run, from a TOML file or keyword arguments.

Unknown keys and wrong values are errors, all shown at once. Nothing else configures a run: no environment variable,
no module global.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pipeline.errors import ConfigError

TOKENIZERS = ("camel", "stanza")
CONVENTIONS = ("rasd", "cleananercorp", "anercorp", "aqmar", "caraner", "wojood")
RECOGNIZERS = ("compact", "camel", "stanza", "gazetteer")
VOTES = ("union", "intersection", "majority")
EVENT_MODELS = ("deep", "learned", "light", "rules")


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """How inputs are read. Columns given here win over those found by name.

    max_chars: pages longer than this (code points) become rows of `errors`.
    """

    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    title_column: str | None = None
    url_column: str | None = None
    source_column: str | None = None
    max_chars: int = 2_000_000


@dataclass(frozen=True, slots=True)
class NamesConfig:
    """How names are recognised.

    recognizers: any of RECOGNIZERS; several are merged by `vote`.
    convention: the annotation convention that the compact model follows (one of CONVENTIONS).
    gazetteer: TSV of the user (surface, label, optional id); gazetteer_mode: `override` or `support` the model.
    camel_model, stanza_model: folder of a model for these backends (for camel-tools, the name of an installed one too);
        None is the shipped one.
    """

    recognizers: tuple[str, ...] = ("compact",)
    vote: str = "majority"
    convention: str = "rasd"
    model: str | None = None
    gazetteer: str | None = None
    gazetteer_mode: str = "override"
    camel_model: str | None = None
    stanza_model: str | None = None


@dataclass(frozen=True, slots=True)
class TimesConfig:
    """Policies of date resolution.

    week_start: first day of a week, 0 = Monday. two_digit_pivot: two-digit years up to it are 20xx, above it 19xx; None
        sets it ten years after the publish date.
    prefer_past: direction of a bare weekday or month when neither tense nor words decide.
    early_until, middle_until: last day of the month that أوائل and أواسط cover (أواخر covers the rest).
    """

    week_start: int = 0
    two_digit_pivot: int | None = None
    prefer_past: bool = True
    early_until: int = 10
    middle_until: int = 20


@dataclass(frozen=True, slots=True)
class EventsConfig:
    """How events are extracted.

    model: `deep` (models decide over what the rules propose), `learned` (the same without the slowest of them, a
        transformer: faster, less right), `light` (without any that reads whole sentences: faster still, less right
        still) or `rules`.
    threshold: event mentions below this score are left out; None is the model's own threshold.
    ontology: folder of event type files to use instead of the shipped one.
    """

    model: str = "deep"
    threshold: float | None = None
    ontology: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of a run.

    workers: processes; 0 is one per core. shard_size: documents per shard. document_seconds: time that one document
    may take before it is given up, a day at most. tokenizer: one of TOKENIZERS; stanza_tokenizer: a Stanza model
    folder (None is the shipped one). stages: names or `module:Class` in order; empty is the main job.
    """

    workers: int = 0
    shard_size: int = 2000
    document_seconds: float = 120.0
    tokenizer: str = "camel"
    stanza_tokenizer: str | None = None
    stages: tuple[str, ...] = ()
    read: ReadConfig = field(default_factory=ReadConfig)
    names: NamesConfig = field(default_factory=NamesConfig)
    times: TimesConfig = field(default_factory=TimesConfig)
    events: EventsConfig = field(default_factory=EventsConfig)

    @classmethod
    def checked(cls, given: "Config | None") -> "Config":
        """Give the settings that a caller gave, the default ones for None; raise ConfigError for unusable ones."""
        if given is not None and not isinstance(given, Config):
            raise ConfigError(f"config must be a Config, not {type(given).__name__}; make one by Config.from_dict(...)")
        return cls.from_dict(given.to_dict()) if given else cls()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], where: str = "settings") -> "Config":
        """Build a Config from nested dictionaries; raise ConfigError that lists every problem."""
        problems: list[str] = []
        config: Config = _build(cls, values, "", problems)
        problems += _check(config)
        if problems:
            raise ConfigError(f"{where}: " + "; ".join(problems))
        return config

    @classmethod
    def from_toml(cls, path: str | Path, overrides: Mapping[str, Any] | None = None) -> "Config":
        """Read a TOML file; `overrides` (nested dictionaries) win over it."""
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}; check the path") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read as TOML: {error}; mend the file") from error
        return cls.from_dict(merge_settings(values, overrides or {}), str(path))

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as nested dictionaries, as `from_dict` takes them."""
        return asdict(self)

    def own_files(self) -> list[Path]:
        """List the user's own files that the settings name, with what their folders hold, where they exist."""
        names = self.names
        given = (names.model, names.gazetteer, names.camel_model, names.stanza_model, self.stanza_tokenizer,
                 self.events.ontology)  # fmt: skip
        paths = [Path(path) for path in given if path]
        return [file for path in paths for file in (path, *sorted(path.rglob("*"))) if file.is_file()]


def merge_settings(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge nested settings; what `over` holds wins."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge_settings(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _build(cls: type, values: Mapping[str, Any], prefix: str, problems: list[str]) -> Any:
    hints = get_type_hints(cls)
    known = {f.name for f in fields(cls)}
    arguments: dict[str, Any] = {}
    for key, value in values.items():
        label = prefix + key
        if key not in known:
            problems.append(f"unknown key {label!r} (known here: {', '.join(sorted(known))})")
            continue
        kind = hints[key]
        if is_dataclass(kind) and isinstance(kind, type):
            if isinstance(value, Mapping):
                arguments[key] = _build(kind, value, label + ".", problems)
            else:
                problems.append(f"{label} must be a table of settings")
            continue
        converted = _convert(kind, value)
        if converted is _BAD:
            problems.append(f"{label} must be {_spell(kind)}, not {value!r}")
        else:
            arguments[key] = converted
    return cls(**arguments)


_BAD = object()


def _convert(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (UnionType, Union):
        choices = [_convert(k, value) for k in get_args(kind) if k is not type(None)]
        return None if value is None else next((c for c in choices if c is not _BAD), _BAD)
    if origin is tuple:
        ok = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
        return tuple(value) if ok else _BAD
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, bool):
        return _BAD
    if kind is str and isinstance(value, Path):
        return str(value)
    return value if isinstance(value, kind) else _BAD


def _spell(kind: Any) -> str:
    names = {int: "a whole number", float: "a number", str: "a string", bool: "true or false"}
    if get_origin(kind) is tuple:
        return "a list of strings"
    if get_origin(kind) in (UnionType, Union):
        return _spell(next(k for k in get_args(kind) if k is not type(None)))
    return names.get(kind, str(kind))


def _check(config: Config) -> list[str]:
    """List the values that no run can use."""
    problems = []

    def need(ok: bool, message: str) -> None:
        if not ok:
            problems.append(message)

    need(config.workers >= 0, "workers must be 0 (one per core) or more")
    need(config.shard_size >= 1, "shard_size must be 1 or more")
    need(0 < config.document_seconds <= 86_400, "document_seconds must be above 0 and at most 86400, a day")
    need(config.tokenizer in TOKENIZERS, f"tokenizer must be one of {', '.join(TOKENIZERS)}")
    need(config.read.max_chars >= 1, "read.max_chars must be 1 or more")
    need(config.names.convention in CONVENTIONS, f"names.convention must be one of {', '.join(CONVENTIONS)}")
    need(config.names.vote in VOTES, f"names.vote must be one of {', '.join(VOTES)}")
    named = set(config.names.recognizers)
    need(bool(named) and named <= set(RECOGNIZERS), f"names.recognizers must be some of {', '.join(RECOGNIZERS)}")
    listed = "gazetteer" not in named or bool(config.names.gazetteer)
    need(listed, "names.recognizers names gazetteer, so names.gazetteer must give its file")
    need(config.names.gazetteer_mode in ("override", "support"), "names.gazetteer_mode must be override or support")
    need(0 <= config.times.week_start <= 6, "times.week_start must be 0 (Monday) to 6")
    need(0 <= (config.times.two_digit_pivot or 0) <= 99, "times.two_digit_pivot must be 0 to 99")
    early, middle = config.times.early_until, config.times.middle_until
    need(1 <= early < middle <= 27, "times.early_until and times.middle_until must be days in order, 1 to 27")
    need(config.events.model in EVENT_MODELS, f"events.model must be one of {', '.join(EVENT_MODELS)}")
    need(0 <= (config.events.threshold or 0) <= 1, "events.threshold must be between 0 and 1")
    return problems
