//! Kakao's unlink webhook, and telling Kakao.
