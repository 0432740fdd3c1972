//! Whole files.

use super::*;
use crate::domain::{Complaint, Institution, Measure, Stage, TrainingKind, Violation};
use jiff::civil::date;
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};

const TODAY: Date = date(2026, 11, 30);
static WHOLE: std::sync::LazyLock<Vec<u8>> =
    std::sync::LazyLock::new(|| workbook().save_to_buffer().expect("a workbook"));

fn read_as<T: TableRecord>(bytes: &[u8]) -> Result<Sheet<T>, TableError> {
    read(bytes, &Limits::default(), TODAY)
}

/// A registry as a county sends it: two title rows, merged county cells, dates and telephone numbers as numbers.
fn workbook() -> Workbook {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let plain = Format::new();
    let sheet = book.add_worksheet().set_name("名册").expect("a name");
    sheet.merge_range(0, 0, 0, 6, "朝阳市校外培训机构名册", &plain).expect("a title");
    for (column, word) in (0..).zip(["县区", "机构名称", "办学地址", "联系电话", "类别", "有效期至", "法定代表人"])
    {
        sheet.write(2, column, word).expect("a header");
    }
    sheet.merge_range(3, 0, 4, 0, "双塔区", &plain).expect("a county");
    sheet.write(3, 1, "晨星培训学校").expect("a cell");
    sheet.write(3, 2, "新华路二段125号").expect("a cell");
    sheet.write(3, 3, 13_900_000_001.0).expect("a cell");
    sheet.write(3, 4, "学科类").expect("a cell");
    sheet.write_with_format(3, 5, 46_750, &day).expect("a cell");
    sheet.write(3, 6, "某某").expect("a cell");
    sheet.write(4, 1, "启航艺术培训学校").expect("a cell");
    sheet.write(4, 4, "艺术类").expect("a cell");
    sheet.write(4, 5, "长期").expect("a cell");
    // A formula that nobody calculated: this writer leaves 0 as its result.
    sheet.write_formula(5, 1, Formula::new("=B4&\"分校\"")).expect("a cell");
    sheet.write(6, 1, "藏起来的学校").expect("a cell");
    sheet.set_row_hidden(6).expect("a row");
    sheet.write(7, 0, "合计：2 家").expect("a cell");
    book
}

#[test]
fn a_registry_as_counties_send_it() {
    let sheet: Sheet<Institution> = read_as(&WHOLE).expect("a registry");
    assert_eq!((sheet.format, sheet.rows.len(), sheet.hidden, sheet.captions.len()), ("xlsx", 2, 1, 1), "{sheet:#?}");
    assert_eq!(sheet.ignored, ["法定代表人"]);
    let [first, second] = sheet.rows.as_slice() else { panic!("two rows") };
    assert_eq!((first.place.row, first.place.sheet.as_deref()), (4, Some("名册")));
    assert_eq!(first.value.phones, ["13900000001"]);
    assert_eq!((first.value.kind, first.value.valid_until), (Some(TrainingKind::Subject), Some(date(2027, 12, 29))));
    assert_eq!((second.value.county.as_deref(), second.value.valid_until), (Some("双塔区"), None));
    let [problem] = sheet.problems.as_slice() else { panic!("{:#?}", sheet.problems) };
    assert_eq!((problem.place.row, problem.column.as_str(), problem.refused), (6, "机构名称", true));
}

#[test]
fn nothing_of_a_file_with_complainants_is_read() {
    let text = "投诉编号,受理日期,投诉人,被投诉机构,内容\nT1,2026-11-01,李小明,晨星,周末补课\n";
    let error = read_as::<Complaint>(text.as_bytes()).expect_err("a complainant");
    assert_eq!(
        error.to_string(),
        "第 1 行的列“C 列 投诉人”看起来是投诉举报人或未成年人的身份信息。本系统不导入这类信息，整个文件未导入，数据行未读取；请删除该列后另存再导入"
    );
    let error = read_as::<Complaint>(text.replace("投诉人", "联系电话").as_bytes()).expect_err("whose?").to_string();
    assert!(error.ends_with("请把列名改为“被投诉电话”）"), "{error}");
}

#[test]
fn good_rows_stay_and_bad_rows_are_named() {
    let text = "受理编号,投诉时间,被投诉对象,被投诉电话,内容,办理期限,办理状态\n\
                T1,2026年11月1日,晨星,1.39E+10,我叫李小明 周末补课 13900000009,15日,办理中\n\
                T2,2027-01-01,晨星,,x,,\n\
                T3,,晨星,,x,,\n\
                T4,2026-11-02,,,,,\n\
                T5,2026/11/3,启航,2812345,补课,2026-11-20,已办结\n";
    let sheet: Sheet<Complaint> = read_as(text.as_bytes()).expect("complaints");
    let rows: Vec<&str> = sheet.rows.iter().map(|row| row.value.number.as_str()).collect();
    assert_eq!((rows, sheet.refused), (vec!["T1", "T5"], 3));
    let first = &sheet.rows[0].value;
    assert_eq!(first.text.as_deref(), Some("我叫〔姓名〕 周末补课 〔号码〕"));
    assert_eq!((first.due_on, first.closed_as.as_deref()), (Some(date(2026, 11, 16)), None));
    assert_eq!(sheet.rows[1].value.closed_as.as_deref(), Some("已办结"));
    let said: Vec<String> = sheet
        .problems
        .iter()
        .map(|one| format!("{} {} {} {}", one.place.row, one.column, one.found, one.refused))
        .collect();
    assert_eq!(
        said,
        ["2 被投诉电话 1.39E+10 false", "3 投诉时间 2027-01-01 true", "4 投诉时间  true", "5 被投诉对象  true"]
    );
}

#[test]
fn violations_in_gb18030_with_semicolons() {
    let text = "当事人;违法事实;处罚日期;文号\n某某培训部;擅自举办;二〇二五年十月二十一日;朝教罚〔2025〕3号\n";
    let sheet: Sheet<Violation> = read_as(&encoding_rs::GB18030.encode(text).0).expect("violations");
    assert_eq!((sheet.encoding, sheet.rows.len()), (Some("gb18030"), 1));
    assert_eq!(sheet.rows[0].value.decided_on, date(2025, 10, 21));
}

#[test]
fn feedback_is_checked() {
    let text = "线索编号,认定结论,处理方式,退费金额（元）,经办人,反馈日期\n\
                L000042,属实,责令改正、立案,\"1,200\",王某,2026-11-20\n\
                42x,属实,,,王某,2026-11-20\nL000043,好像有,,,王某,2026-11-20\nL000044,退回,,,王某,2026-11-20\n";
    let sheet: Sheet<Feedback> = read_as(text.as_bytes()).expect("feedback");
    assert_eq!((sheet.rows.len(), sheet.refused), (1, 3));
    assert_eq!(sheet.rows[0].value.measures, [Measure::Correction, Measure::CaseOpened]);
    assert_eq!(sheet.rows[0].value.refund_yuan, Some(1200.0));
}

#[test]
fn limits_hold() {
    let small = Limits { file_bytes: 1 << 20, inflated_bytes: 1 << 20, rows: 3 };
    let text = format!("机构名称\n{}", "晨星\n".repeat(4));
    assert_eq!(
        read::<Institution>(text.as_bytes(), &small, TODAY).map(|_| ()),
        Err(TableError::TooManyRows { most: 3 })
    );
    let large = vec![b'a'; (1 << 20) + 1];
    assert!(matches!(read::<Institution>(&large, &small, TODAY), Err(TableError::TooLarge { .. })));
    // Zeros pack a thousand to one.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    std::io::Write::write_all(&mut zip, &vec![b' '; 2 << 20]).expect("a vector takes all");
    let bomb = zip.finish().expect("a zip").into_inner();
    assert!(bomb.len() < 1 << 14);
    assert_eq!(read::<Institution>(&bomb, &small, TODAY).map(|_| ()), Err(TableError::Bomb { most: 1 << 20 }));
}

#[test]
fn a_workbook_that_claims_too_many_strings_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    std::io::Write::write_all(&mut zip, b"<sst uniqueCount=\"999999999999\"></sst>").expect("a vector takes all");
    let bytes = zip.finish().expect("a zip").into_inner();
    assert!(matches!(read_as::<Institution>(&bytes), Err(TableError::Damaged { .. })));
}

#[test]
fn what_is_no_table_is_named() {
    for (bytes, words) in [
        (b"\xd0\xcf\x11\xe0\xa1\xb1".as_slice(), ".xls 旧格式"),
        (b"<html><table><tr><td>", "网页（HTML）"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"", "没有找到表头"),
        ("今天天气很好".as_bytes(), "没有找到表头"),
    ] {
        let error = read_as::<Institution>(bytes).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn stages_of_a_licence() {
    let sheet: Sheet<Institution> = read_as("机构名称\t学段\n晨星\t小学、初中\n".as_bytes()).expect("a registry");
    assert_eq!(sheet.rows[0].value.stages, [Stage::Primary, Stage::Junior]);
}

proptest! {
    #[test]
    fn total_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_as::<Institution>(&bytes);
        let _ = read_as::<Complaint>(&bytes);
    }

    #[test]
    fn total_on_broken_workbooks(cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = WHOLE.clone();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_as::<Institution>(&bytes);
    }

    #[test]
    fn total_on_any_cells(rows in proptest::collection::vec(proptest::collection::vec("[\\PC\"]{0,12}", 6), 0..8)) {
        let mut text = "受理编号,投诉时间,被投诉对象,被投诉电话,内容,办理期限\n".to_owned();
        for row in rows {
            text += &row.join(",");
            text.push('\n');
        }
        let _ = read_as::<Complaint>(text.as_bytes());
    }
}
