//! The words that say what a contact is, and the words that look like one.

use std::sync::LazyLock;

/// The characters that words begin or end with: a quick look before any of them is compared.
pub(super) struct Edges(Vec<char>);

impl Edges {
    fn of(edges: impl Iterator<Item = char>) -> Self {
        let mut all: Vec<char> = edges.collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    pub(super) fn has(&self, ch: char) -> bool {
        self.0.binary_search(&ch).is_ok()
    }
}

/// What the words of [`WECHAT`] end with.
pub(super) static WECHAT_ENDS: LazyLock<Edges> =
    LazyLock::new(|| Edges::of(WECHAT.iter().filter_map(|(word, _)| word.chars().last())));

/// What the words of [`QQ`] and [`QQ_LOOSE`] begin with.
pub(super) static QQ_STARTS: LazyLock<Edges> =
    LazyLock::new(|| Edges::of(QQ.iter().chain(QQ_LOOSE).filter_map(|word| word.chars().next())));

/// Ways to say `WeChat`, and whether the way is plain; longer ones first.
pub(super) const WECHAT: &[(&str, bool)] = &[
    ("wechat", true),
    ("weixin", true),
    ("绿色软件", false),
    ("绿色聊天", false),
    ("微星", false),
    ("威星", false),
    ("薇星", false),
    ("微xin", false),
    ("薇xin", false),
    ("威xin", false),
    ("v信号", false),
    ("wei信", false),
    ("wei芯", false),
    ("微信号", true),
    ("绿泡泡", false),
    ("小绿泡", false),
    ("徽亻言", false),
    ("微亻言", false),
    ("绿气泡", false),
    ("vx号", true),
    ("wx号", true),
    ("绿标", false),
    ("小绿", false),
    ("绿聊", false),
    ("微讯", false),
    ("微信", true),
    ("绿泡", false),
    ("薇信", false),
    ("薇芯", false),
    ("薇心", false),
    ("微芯", false),
    ("微心", false),
    ("威信", false),
    ("威芯", false),
    ("徽信", false),
    ("亻言", false),
    ("维信", false),
    ("喂星", false),
    ("卫星", false),
    ("卫信", false),
    ("围信", false),
    ("溦信", false),
    ("v信", false),
    ("v心", false),
    ("v芯", false),
    ("w信", false),
    ("vx", true),
    ("wx", true),
    ("vv", true),
    ("绿信", false),
    ("微x", false),
    ("薇x", false),
    ("威心", false),
    ("微辛", false),
    ("微欣", false),
    ("薇欣", false),
    ("违信", false),
    ("唯信", false),
    ("惟信", false),
    ("未信", false),
    ("味信", false),
    ("魏信", false),
    ("伟信", false),
    ("葳信", false),
    ("嶶信", false),
    ("某信", false),
    ("微訫", false),
    ("🟢", false),
    ("薇", false),
    ("微", true),
    ("威", false),
    ("徽", false),
    ("溦", false),
    ("喂", false),
    ("卫", false),
    ("v", true),
    ("w", true),
    ("🛰", false),
    ("💬", false),
    ("💚", false),
    ("葳", false),
    ("嶶", false),
];

/// Ways to say telephone.
pub(super) const PHONE: &[&str] = &[
    "电话",
    "電話",
    "手机号",
    "手机",
    "座机",
    "固话",
    "热线",
    "致电",
    "拨打",
    "tel",
    "话",
    "电",
    "机",
    "打",
    "号码",
    "☎",
    "📞",
    "📱",
    "dh",
    "同步",
    "专线",
    "机号",
    "号段",
    "tel号",
];

/// Words that announce a number a little further on: 电话仨字仨字念:199,042,195,33.
pub(super) const PHONE_FAR: &[&str] = &["电话", "手机", "号码", "联系", "咨询", "联络", "热线", "致电", "拨打"];

/// Words before an id that ask to write to it.
pub(super) const ASK: &[&str] = &[
    "➕我",
    "+我",
    "索",
    "加",
    "加我",
    "加她",
    "加他",
    "联系",
    "联系我",
    "咨询",
    "报名",
    "问我",
    "滴我",
    "滴",
    "戳",
    "私",
    "找我",
    "接",
    "接单",
    "搜",
    "备注",
    "客服",
    "助教",
    "顾问",
    "号",
    "敲我",
    "敲",
    "➕",
    "+",
    "➡",
    "拉群",
    "预约",
    "加群",
    "扫",
    "想来的",
    "推荐",
];

/// Words before a bare number of nine or ten digits that make it a QQ number.
pub(super) const ASK_NUMBER: &[&str] =
    &["发", "加", "加我", "加她", "加他", "联系", "联系我", "找我", "私", "滴", "滴我", "敲", "敲我", "搜", "➕"];

/// Words before digits that are a number of something else.
pub(super) const OTHER: &[&str] = &[
    "单号",
    "订单",
    "订单号",
    "编号",
    "证号",
    "卡号",
    "账号",
    "帐号",
    "身份证",
    "身份证号",
    "运单",
    "型号",
    "批号",
    "isbn",
    "房号",
    "备案号",
    "流水号",
    "¥",
    "￥",
    "学号",
    "考号",
    "工号",
    "票号",
    "书号",
    "卡",
    "证号码",
    "单号码",
    "准考证",
    "条码",
    "条形码",
    "车牌",
    "车牌号",
    "邮编",
    "门牌",
    "取件码",
    "验证码",
    "合同号",
    "许可证",
    "代码",
    "信用代码",
    "编码",
    "序列号",
    "no.",
    "icp备",
    "会员号",
    "床位号",
    "货号",
    "税号",
];

/// Words before an id of something that is no contact.
pub(super) const ACCOUNT: &[&str] = &[
    "公众号",
    "公号",
    "抖音",
    "抖音号",
    "快手",
    "快手号",
    "小红书",
    "小红书号",
    "视频号",
    "小程序",
    "微博",
    "b站",
    "邮箱",
    "淘宝",
    "店铺",
    "闲鱼",
    "网盘",
    "提取码",
    "密码",
    "wifi",
    "用户名",
    "直播间",
];

/// Ways to say QQ; longer ones first.
pub(super) const QQ: &[&str] = &[
    "企鹅号",
    "扣扣",
    "抠抠",
    "叩叩",
    "丘丘",
    "球球",
    "秋秋",
    "蔻蔻",
    "扣抠",
    "抠扣",
    "叩扣",
    "扣叩",
    "蔻扣",
    "寇寇",
    "扣2",
    "企鹅",
    "企鵝",
    "qq",
    "🐧",
    "q",
];

/// Words that mostly, but not always, announce a QQ number; longer ones first.
pub(super) const QQ_LOOSE: &[&str] = &["管理员", "接单群", "君羊", "群号", "群主", "进群", "裙", "👗", "扣", "群"];

/// Latin words that may touch a number from the left.
pub(super) const GLUED: &[&str] =
    &["v", "vx", "wx", "vv", "w", "q", "qq", "tel", "t", "dh", "wechat", "weixin", "dianhua", "phone"];
