use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Vec<String> {
    contacts(text).iter().map(|c| format!("{} {} {}", c.kind, c.value, c.span.slice(text))).collect()
}

#[test]
fn written_in_many_ways() {
    for (text, expected) in [
        ("周一19904210001联系", "phone 19904210001 19904210001"),
        ("一九九 零四二一 三一九零", "phone 19904213190 一九九 零四二一 三一九零"),
        ("电1⃣9⃣9⃣0⃣4⃣2⃣1⃣2⃣3⃣5⃣1⃣", "phone 19904212351 1⃣9⃣9⃣0⃣4⃣2⃣1⃣2⃣3⃣5⃣1⃣"),
        ("打19904217752,v同号", "phone 19904217752 19904217752"),
        ("加V 19904214508", "wechat 19904214508 19904214508"),
        ("电/薇:19904214508", "phone 19904214508 19904214508"),
        ("咨询0421-6630187", "phone 04216630187 0421-6630187"),
        ("扣扣:28119042", "qq 28119042 28119042"),
        ("🐧 ②②⑥⑥①⑨⓪④③⑦", "qq 2266190437 ②②⑥⑥①⑨⓪④③⑦"),
        ("客服微信:juan48_kf。", "wechat juan48_kf juan48_kf"),
        ("400-772-5496", "phone 4007725496 400-772-5496"),
        ("199中间0421后面8812", "phone 19904218812 199中间0421后面8812"),
        ("V:lily_⑧⑧x", "wechat lily_88x lily_⑧⑧x"),
        ("号码 I99O42I3356", "phone 19904213356 I99O42I3356"),
        ("0421-2800012,一经查实", "phone 04212800012 0421-2800012"),
        ("🐧2719904210 一个娃", "qq 2719904210 2719904210"),
        ("199*0421*8812", "phone 19904218812 199*0421*8812"),
        ("微.信 lily2020", "wechat lily2020 lily2020"),
        ("薇 l i l y _ 2 0", "wechat lily_20 l i l y _ 2 0"),
        ("➕我lily2020。", "wechat lily2020 lily2020"),
        ("电话2813366", "phone 2813366 2813366"),
    ] {
        assert_eq!(read(text).join(";"), expected, "{text}");
    }
}

#[test]
fn what_is_no_contact() {
    for text in [
        "139****0001",
        "139xxxx0001",
        "单号13900000001",
        "2025-11-20 19:30",
        "学费1880/1980/2080元",
        "3-502室",
        "每次150 8次1100",
        "扣1报名",
        "身份证号211302199001011234",
        "mail: abc_def@qq.com",
        "www.some-site.com",
        "19904212345@139.com",
        "初一班1对1",
    ] {
        assert_eq!(read(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn numbers_with_stand_ins_and_odd_groups() {
    for (text, expected) in [
        ("还有床位 l99 O42l 7786。", "phone 19904217786 l99 O42l 7786"),
        ("报名 ⅼ 9 9 O 4 2 1 2 2 4 9", "phone 19904212249 ⅼ 9 9 O 4 2 1 2 2 4 9"),
        ("1五五OOOO7六三2", "phone 15500007632 1五五OOOO7六三2"),
        ("找我155оооо3391", "phone 15500003391 155оооо3391"),
        ("社区 ⅼ99O421O317", "phone 19904210317 ⅼ99O421O317"),
        ("田老师 l99-O421-3345", "phone 19904213345 l99-O421-3345"),
        ("☎l990421б409", "phone 19904216409 l990421б409"),
        ("预约i99o42lo5iб,有人接", "phone 19904210516 i99o42lo5iб"),
        ("电话:么久久,零四二么,七三一八", "phone 19904217318 么久久,零四二么,七三一八"),
        ("电话一久久零四二一八八零三,姓戴", "phone 19904218803 一久久零四二一八八零三"),
        ("手机1990421两两九四", "phone 19904212294 1990421两两九四"),
        ("幺勾勾洞四两幺三拐洞两", "phone 19904213702 幺勾勾洞四两幺三拐洞两"),
        ("手机号拆开:199 / 04 / 21 / 66 / 47", "phone 19904216647 199 / 04 / 21 / 66 / 47"),
        ("仨字仨字念:199,042,195,33。", "phone 19904219533 199,042,195,33"),
        ("一九九零四二一,后四位 八零二六,", "phone 19904218026 一九九零四二一,后四位 八零二六"),
        ("电话1990421尾号7726", "phone 19904217726 1990421尾号7726"),
        ("镇里,1 9904 21 4 4 0 3", "phone 19904214403 1 9904 21 4 4 0 3"),
        ("月租1500。\n199\n0421\n9344", "phone 19904219344 199\n0421\n9344"),
        ("只上衔接的1500。199 04 21 08 62", "phone 19904210862 199 04 21 08 62"),
        ("一单元,019904215176", "phone 19904215176 19904215176"),
        ("一单元,0199-042-151-76", "phone 19904215176 199-042-151-76"),
        ("不加微信:19904218261", "phone 19904218261 19904218261"),
        ("微信019904215948", "wechat 19904215948 19904215948"),
    ] {
        assert_eq!(read(text).join(";"), expected, "{text}");
    }
}

#[test]
fn landlines_and_services() {
    for (text, expected) in [
        ("咨·询029一88341706", "phone 02988341706 029一88341706"),
        ("社区 〇四二一 2617742", "phone 04212617742 〇四二一 2617742"),
        ("电 话0 3 1 0-3 1 9 4 4 2 6", "phone 03103194426 0 3 1 0-3 1 9 4 4 2 6"),
        ("O421-2800012", "phone 04212800012 O421-2800012"),
        ("0421-6630187 3楼", "phone 04216630187 0421-6630187"),
        ("两校区电话同步:8631527 8631528", "phone 8631527 8631527;phone 8631528 8631528"),
        ("0421 2880012 / 2880013", "phone 04212880012 0421 2880012;phone 2880013 2880013"),
        ("4OO-O421-888", "phone 4000421888 4OO-O421-888"),
        ("电话8245160", "phone 8245160 8245160"),
        ("大学路12号,56780412", "phone 56780412 56780412"),
        ("名额有限。4008216650", "phone 4008216650 4008216650"),
    ] {
        assert_eq!(read(text).join(";"), expected, "{text}");
    }
}

#[test]
fn qq_numbers() {
    for (text, expected) in [
        ("留个QQ:33 8817 20 54", "qq 3388172054 33 8817 20 54"),
        ("文件QQ传:2846600733", "qq 2846600733 2846600733"),
        ("q 2 8 4 6 6 0 0 7 3 3", "qq 2846600733 2 8 4 6 6 0 0 7 3 3"),
        ("QQ 2846600733 60一节", "qq 2846600733 2846600733"),
        ("客服主管扣抠 3007412659", "qq 3007412659 3007412659"),
        ("扣2:1906627384", "qq 1906627384 1906627384"),
        ("扣2 7 0 4 2 1 9 9 3 0", "qq 2704219930 2 7 0 4 2 1 9 9 3 0"),
        ("QQ留言一二零四二一九九", "qq 12042199 一二零四二一九九"),
        ("加QQ唠 ２７１９０５３８４６,", "qq 2719053846 ２７１９０５３８４６"),
        ("扣扣 182Οb37745 留言", "qq 1820637745 182Οb37745"),
        ("格式姓名学校,发2133009567,不回", "qq 2133009567 2133009567"),
        ("QQ/微信:2846600733", "qq 2846600733 2846600733"),
        ("加v 2846600733", "wechat 2846600733 2846600733"),
    ] {
        assert_eq!(read(text).join(";"), expected, "{text}");
    }
}

#[test]
fn ids_behind_odd_cues_and_with_blanks() {
    for (text, expected) in [
        ("加 y x s q _ 6 2 0", "wechat yxsq_620 y x s q _ 6 2 0"),
        ("微信 tian wu zi 0620", "wechat tianwuzi0620 tian wu zi 0620"),
        ("微信 sanda zhao_jl", "wechat sandazhao_jl sanda zhao_jl"),
        ("一个女生位。qiangji _duke", "wechat qiangji_duke qiangji _duke"),
        ("薇❤ juzi_ baba_ 7", "wechat juzi_baba_7 juzi_ baba_ 7"),
        ("v l i l y _ 2 0", "wechat lily_20 l i l y _ 2 0"),
        ("vx w·l·h·x·_·9·0", "wechat wlhx_90 w·l·h·x·_·9·0"),
        ("vx zhaolaoshi 0421", "wechat zhaolaoshi0421 zhaolaoshi 0421"),
        ("vx zhaolaoshi 138元", "wechat zhaolaoshi zhaolaoshi"),
        ("微信 zhaolaoshi 3楼", "wechat zhaolaoshi zhaolaoshi"),
        ("微信 lǎozhōu_0421", "wechat laozhou_0421 lǎozhōu_0421"),
        ("ᐯ lilyfang", "wechat lilyfang lilyfang"),
        ("ᴠ:lilyfang", "wechat lilyfang lilyfang"),
        ("∨ lilyfang", "wechat lilyfang lilyfang"),
        ("Ⅴ信 lilyfang", "wechat lilyfang lilyfang"),
        ("Ⅴlily2020", "wechat lily2020 lily2020"),
        ("+v lilyfang", "wechat lilyfang lilyfang"),
        ("V:lilyfang", "wechat lilyfang lilyfang"),
        ("vx lilyfang", "wechat lilyfang lilyfang"),
        ("威芯 lilyfang", "wechat lilyfang lilyfang"),
        ("🛰 lilyfang", "wechat lilyfang lilyfang"),
        ("微*信*号 lilyfang", "wechat lilyfang lilyfang"),
        ("vx.lily66", "wechat lily66 lily66"),
        ("加Vfang_1990", "wechat fang_1990 fang_1990"),
        ("加Vivian_88", "wechat vivian_88 Vivian_88"),
        ("VXfang1990", "wechat fang1990 fang1990"),
        ("绿泡泡 6xian_ly", "wechat 6xian_ly 6xian_ly"),
        ("V: 620_chendu", "wechat 620_chendu 620_chendu"),
        ("三家镇,gushiyeye 这是我孙女的号", "wechat gushiyeye gushiyeye"),
    ] {
        assert_eq!(read(text).join(";"), expected, "{text}");
    }
}

#[test]
fn numbers_and_words_that_are_left_alone() {
    for text in [
        "shuxue预习+yingyu单词默写 要的私",
        "三年级yingyu",
        "公众号 zhongkao_ly",
        "V lily english 60一节",
        "199 0元",
        "学费1500 1600 199元",
        "15/20/30/40/500元",
        "价目 168/198/298/39",
        "400 1800 200元一期",
        "每晚19:00-20:30,199元",
        "19.30-20.30 150",
        "1990-04-21 123",
        "60 70 80 90 100 110 120",
        "语文数学英语 135 148 146 98 1",
        "3路 12路 15路 103路公交",
        "3号楼2单元1502室 床位12",
        "举报电话12345",
        "热线400",
        "人数12000人",
        "QQ群满2000人",
        "QQ 1、2、3、4、5群已满",
        "QQ音乐会员15元",
        "微信群200人 100000粉",
        "学号19904212345",
        "准考证号 130421990142",
        "订单号 1990421234567",
        "ISBN 978-7-5351-2390-4",
        "书号 19904212345",
        "编号:B199-0421-88",
        "辽N19904",
        "第199页 042行",
        "199-xxxx-8812",
        "班级 A B C D 1 2 3 4",
        "Word Excel office2019",
        "一期760,二期1990",
        "一三五七点 二四六八点",
    ] {
        assert_eq!(read(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn hostile_length_takes_linear_time() {
    for unit in ["1", "l 9 9 ", "a ", "QQ ", "微 a_ ", "一久,", "199,042,", "v-", "扣2 ", "1后四位"] {
        let time = |times: usize| {
            let text = unit.repeat(times);
            let start = std::time::Instant::now();
            std::hint::black_box(contacts(&text));
            start.elapsed()
        };
        time(2_000);
        let (short, long) = (time(4_000), time(40_000));
        // Ten times the length; thirty leaves room for a busy machine.
        assert!(long < short * 30 + std::time::Duration::from_millis(200), "{unit}: {short:?} and {long:?}");
    }
}

proptest! {
    #[test]
    fn total_and_inside(text in "[一九久么0-9 ①⑨vVqQ扣微信薇lOо后四位:：a-zǎ_❤\u{fe0f}\u{20e3}\u{301}。\\-@.·]{0,60}") {
        for contact in contacts(&text) {
            prop_assert!(!contact.span.slice(&text).is_empty());
            prop_assert!(contact.span.end <= text.chars().count());
        }
    }
}
