"""Text as dirty as the web gives it, for property tests."""

from hypothesis import strategies as st

# Tatweel, diacritics, zero-width and bidi marks, line ends of every kind, presentation forms, NUL, emoji, digits.
NOISE = "ـًٌٍَُِّْٰ\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2069\ufeff\r\n\u2028\x85\x00ﻻﷲﷺ٣۳😀👨‍👩‍👧“”«»()-–—…،؛؟.:/"
WORDS = ["وصل", "الوزير", "موسكو", "وموسكو", "بالقاهرة", "للكرملين", "أمس", "اليوم", "الأحد", "12", "يونيو", "2025",
         "إلى", "زيارة", "أعلن", "اقرأ", "أيضاً:", "تاريخ", "النشر:", "11/9/2023", "http://x.org/a?b=1", "U.S."]  # fmt: skip

dirty_text = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(list(NOISE)),
        st.sampled_from([" ", "\n", "\r\n", "\t", "\n\n"]),
        st.text(max_size=6),
    ),
    max_size=60,
).map("".join)
