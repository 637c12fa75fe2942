//! The fundings and supports of the cast: one funding for each state that pages show.
//!
//! Members are given by their index in the sandbox's list: 0 한소리, 1 김바다, 2 이여름, 3 박하늘, 4 최달래, 5 무명씨,
//! 6 큰번호, 7 정별. The first five are all friends.

use super::drawing::Motif;

/// A funding of the cast.
pub struct CastFunding {
    /// The author.
    pub author: usize,
    /// 2 to 50 characters.
    pub title: &'static str,
    /// 2 to 255 characters.
    pub content: &'static str,
    /// In won.
    pub goal: i64,
    /// Public, or friends-only.
    pub public: bool,
    /// Days since it was opened.
    pub opened_days_ago: i64,
    /// Days until its deadline; negative when it has passed.
    pub ends_in_days: i64,
    /// The motif of its picture.
    pub motif: Motif,
    /// The author's thank-you.
    pub review: Option<&'static str>,
    /// Its supports.
    pub supports: &'static [CastSupport],
}

/// A support of the cast.
pub struct CastSupport {
    /// The supporter.
    pub supporter: usize,
    /// In won.
    pub amount: i64,
    /// The message.
    pub message: &'static str,
    /// Age in hours; the time must be before the deadline.
    pub hours_ago: i64,
}

const fn support(
    supporter: usize,
    amount: i64,
    hours_ago: i64,
    message: &'static str,
) -> CastSupport {
    CastSupport {
        supporter,
        amount,
        message,
        hours_ago,
    }
}

/// Oldest first.
pub const FUNDINGS: &[CastFunding] = &[
    CastFunding {
        author: 4,
        title: "손주들과 찍을 필름 카메라",
        content: "벚꽃이 필 때 손주들 사진을 직접 찍어 주고 싶어요. 오래 쓴 카메라가 지난겨울에 멈췄답니다.",
        goal: 350_000,
        public: true,
        opened_days_ago: 120,
        ends_in_days: -75,
        motif: Motif::Lens,
        review: Some(
            "덕분에 온 가족 사진을 찍었어요. 한 장 한 장 볼 때마다 여러분 생각이 납니다. 정말 고마워요!",
        ),
        supports: &[
            support(0, 100_000, 2_700, "달래 님 사진, 벌써 기대돼요!"),
            support(1, 100_000, 2_600, "건강하게 오래오래 찍으셔요."),
            support(2, 50_000, 2_400, "첫 사진은 꼭 보여 주세요 📷"),
            support(3, 30_000, 2_300, "작지만 마음을 담았어요."),
            support(7, 80_000, 2_000, "손주들이 정말 좋아하겠어요."),
        ],
    },
    CastFunding {
        author: 1,
        title: "자전거 헬멧이 필요해요",
        content: "한강 출퇴근을 시작했어요. 안전한 헬멧 하나만 있으면 완벽합니다.",
        goal: 87_000,
        public: true,
        opened_days_ago: 70,
        ends_in_days: -30,
        motif: Motif::Hills,
        review: None,
        supports: &[
            support(0, 30_000, 1_500, "안전이 최고야. 조심히 다녀!"),
            support(4, 20_000, 1_300, "무리하지 말고 천천히 타요."),
        ],
    },
    CastFunding {
        author: 3,
        title: "수능 끝! 나에게 주는 무선 이어폰",
        content: "열심히 달려온 나에게 음악을 선물하고 싶어요. 친구들아 한 곡씩 보태 줘!",
        goal: 199_000,
        public: true,
        opened_days_ago: 20,
        ends_in_days: 9,
        motif: Motif::Lens,
        review: None,
        supports: &[
            support(0, 50_000, 400, "수고했어 하늘아, 이제 실컷 들어!"),
            support(1, 50_000, 330, "고생 많았다. 멋진 봄이 기다린다."),
            support(2, 50_000, 250, "내 추천곡부터 듣기 약속 🎧"),
            support(4, 40_000, 30, "장하다, 정말 장해요."),
        ],
    },
    CastFunding {
        author: 0,
        title: "서른 살의 에스프레소 머신",
        content: "매일 아침 카페 대신 집에서 한 잔! 다 모이면 우리 집에서 커피 파티 열게요.",
        goal: 300_000,
        public: true,
        opened_days_ago: 18,
        ends_in_days: 12,
        motif: Motif::Cup,
        review: None,
        supports: &[
            support(1, 100_000, 400, "커피 파티 1번 예약합니다."),
            support(2, 100_000, 390, "소리 커피 마실 생각에 벌써 행복해"),
            support(3, 50_000, 200, "저는 라떼요!"),
            support(4, 50_000, 150, "좋은 원두도 한 봉지 보낼게요."),
            support(6, 50_000, 60, "목표 넘겨도 되는 거죠? ㅎㅎ"),
        ],
    },
    CastFunding {
        author: 2,
        title: "이여름의 드로잉 태블릿",
        content: "웹툰 작가의 꿈, 첫 장비를 갖추고 싶어요. 완성된 첫 컷에 이름을 적어 드릴게요!",
        goal: 450_000,
        public: true,
        opened_days_ago: 14,
        ends_in_days: 30,
        motif: Motif::Keys,
        review: None,
        supports: &[
            support(0, 100_000, 300, "작가님 데뷔작 기다립니다!"),
            support(3, 20_000, 110, "첫 컷에 제 이름도 꼭이요."),
            support(7, 30_000, 40, "꿈을 응원해요 🌟"),
        ],
    },
    CastFunding {
        author: 0,
        title: "우리끼리 준비하는 달래 님 환갑 선물",
        content: "친구들만 볼 수 있게 열었어요. 깜짝 선물로 무쇠 냄비 세트를 드리려고 해요.",
        goal: 240_000,
        public: false,
        opened_days_ago: 10,
        ends_in_days: 20,
        motif: Motif::GiftBox,
        review: None,
        supports: &[
            support(1, 60_000, 200, "비밀 꼭 지킬게요."),
            support(2, 60_000, 180, "편지도 같이 쓰자!"),
        ],
    },
    CastFunding {
        author: 7,
        title: "별 보러 가는 망원경 🔭",
        content: "도시를 벗어나 토성의 고리를 보고 싶어요. 함께 보러 갈 사람 환영!",
        goal: 520_000,
        public: true,
        opened_days_ago: 9,
        ends_in_days: 45,
        motif: Motif::Hills,
        review: None,
        supports: &[
            support(4, 50_000, 100, "맑은 날을 빌어요."),
            support(6, 20_000, 50, "토성 꼭 봅시다."),
        ],
    },
    CastFunding {
        author: 1,
        title: "김바다의 집들이 선물, 원목 책상",
        content: "드디어 독립했어요. 오래 쓸 책상 하나만 있으면 새 방이 완성됩니다.",
        goal: 390_000,
        public: true,
        opened_days_ago: 6,
        ends_in_days: 24,
        motif: Motif::GiftBox,
        review: None,
        supports: &[
            support(0, 50_000, 120, "독립 축하해! 집들이 언제야?"),
            support(3, 10_000, 70, "형, 축하해요!"),
            support(5, 10_000, 20, "축하드립니다."),
        ],
    },
    CastFunding {
        author: 6,
        title: "아이에게 줄 유아 카시트",
        content: "다음 달에 태어날 아이를 위해 튼튼한 카시트를 고르고 있어요.",
        goal: 540_000,
        public: true,
        opened_days_ago: 5,
        ends_in_days: 40,
        motif: Motif::GiftBox,
        review: None,
        supports: &[
            support(7, 100_000, 90, "건강하게 만나요!"),
            support(5, 30_000, 15, "순산을 기원합니다."),
        ],
    },
    CastFunding {
        author: 5,
        title: "무선 키보드 하나면 충분해요",
        content: "조용하고 가벼운 키보드로 글을 쓰고 싶습니다.",
        goal: 129_000,
        public: true,
        opened_days_ago: 3,
        ends_in_days: 60,
        motif: Motif::Keys,
        review: None,
        supports: &[support(3, 10_000, 40, "좋은 글 기다릴게요.")],
    },
    CastFunding {
        author: 2,
        title: "친구들에게만 말하는 제주도 항공권",
        content: "생일에 혼자 바다를 보고 오려고요. 너무 소문내지는 말아 줘요.",
        goal: 180_000,
        public: false,
        opened_days_ago: 2,
        ends_in_days: 50,
        motif: Motif::Hills,
        review: None,
        supports: &[
            support(0, 30_000, 20, "가서 푹 쉬고 와."),
            support(4, 20_000, 10, "바다 사진 한 장 부탁해요."),
        ],
    },
    CastFunding {
        author: 0,
        title: "한소리의 생일 소원, 통기타",
        content: "11월 30일이 제 생일이에요! 기타를 배워서 연말에 한 곡 들려 드리고 싶어요.",
        goal: 310_000,
        public: true,
        opened_days_ago: 1,
        ends_in_days: 21,
        motif: Motif::Lens,
        review: None,
        supports: &[support(1, 20_000, 8, "첫 곡은 생일 축하 노래지?")],
    },
];
