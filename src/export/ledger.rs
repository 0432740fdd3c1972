//! 线索清单.xlsx: one row for each lead, and one for each piece of evidence.
//!
//! Columns are those of the domain guide 4.4 that the program knows today. Everything is written as text: a title that
//! begins with `=` must not become a formula on an officer's desk.

use super::package::{ExportError, LeadFile, PackageSpec, beijing_words, joined};
use crate::{
    domain::{Assessment, ContactKind, Flag, Listing},
    evidence::{mask_contact, mask_text},
};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use std::collections::BTreeSet;

/// The most characters written to one cell; a spreadsheet takes no more than 32,767.
const CELL_CHARS: usize = 2_000;

/// Paper code of A4.
const A4: u8 = 9;

/// Header and width (in characters of the default font) of the columns of the first sheet.
const LEAD_COLUMNS: [(&str, f64); 27] = [
    ("序号", 5.0),
    ("线索编号", 10.0),
    ("风险等级", 8.0),
    ("排序值", 8.0),
    ("等级理由", 26.0),
    ("属地县区代码", 11.0),
    ("属地", 9.0),
    ("抄送属地", 10.0),
    ("名称/昵称", 14.0),
    ("联系电话（掩码）", 16.0),
    ("微信（掩码）", 12.0),
    ("QQ(掩码)", 10.0),
    ("地点（页面所示）", 18.0),
    ("来源平台", 12.0),
    ("涉嫌事项", 30.0),
    ("科目", 12.0),
    ("学段", 10.0),
    ("形式", 16.0),
    ("收费标准（页面所示）", 16.0),
    ("自称在职教师", 8.0),
    ("首次出现", 11.0),
    ("末次出现", 11.0),
    ("发布次数", 6.0),
    ("研判把握", 8.0),
    ("证据说明", 24.0),
    ("办理分工", 8.0),
    ("办理期限", 11.0),
];

const EVIDENCE_COLUMNS: [(&str, f64); 11] = [
    ("线索编号", 10.0),
    ("证据编号", 12.0),
    ("类型", 14.0),
    ("来源网址", 40.0),
    ("标题", 30.0),
    ("页面发布日期", 12.0),
    ("抓取时间（北京时间）", 19.0),
    ("文件名", 40.0),
    ("SHA-256", 66.0),
    ("备注", 16.0),
    ("页面截图（由存档事后渲染）", 40.0),
];

/// The workbook as bytes; the same leads and time give the same bytes.
///
/// # Errors
/// When a lead has no number or the workbook cannot be made.
pub fn ledger(spec: &PackageSpec, leads: &[LeadFile]) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(format!("{}{}线索清单", spec.title_mark(), spec.county.name))
        .set_creation_datetime(&ExcelDateTime::from_timestamp(spec.generated_at.as_second())?);
    workbook.set_properties(&properties);

    let sheet =
        workbook.add_worksheet().set_name(if spec.draft { "线索清单（预览）" } else { "线索清单" })?;
    lay_out(sheet, &LEAD_COLUMNS, spec)?;
    for (number, file) in (1..).zip(leads) {
        write_row(sheet, number, &lead_row(spec, number, file)?)?;
    }
    let sheet = workbook.add_worksheet().set_name("证据清单")?;
    lay_out(sheet, &EVIDENCE_COLUMNS, spec)?;
    let mut number = 0;
    for file in leads {
        for row in evidence_rows(file)? {
            number += 1;
            write_row(sheet, number, &row)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn lay_out(sheet: &mut Worksheet, columns: &[(&str, f64)], spec: &PackageSpec) -> Result<(), ExportError> {
    let header = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(0x00DD_EBF7)
        .set_border(FormatBorder::Thin);
    for (column, (name, width)) in (0u16..).zip(columns) {
        sheet.write_string_with_format(0, column, *name, &header)?;
        sheet.set_column_width(column, *width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    // `&` opens a code in page headers.
    let name = spec.county.name.replace('&', "＆");
    sheet.set_header(format!(
        "&L{}{name} 涉嫌违规学科类培训线索&R生成时间 {}",
        spec.title_mark(),
        beijing_words(spec.generated_at)
    ));
    sheet.set_footer("&L线索仅为涉嫌，须经核查认定；联系方式已掩码&R第 &P 页 共 &N 页");
    Ok(())
}

fn write_row(sheet: &mut Worksheet, row: u32, cells: &[String]) -> Result<(), ExportError> {
    let format = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_border(FormatBorder::Thin);
    for (column, cell) in (0u16..).zip(cells) {
        let text: String = cell.chars().take(CELL_CHARS).collect();
        sheet.write_string_with_format(row, column, text, &format)?;
    }
    Ok(())
}

fn lead_row(spec: &PackageSpec, number: u32, file: &LeadFile) -> Result<Vec<String>, ExportError> {
    let lead = &file.lead;
    let label = file.label()?;
    let contacts =
        |kind: ContactKind| distinct(file.contacts().filter(|contact| contact.kind == kind).map(mask_contact));
    let shown = |field: fn(&Listing) -> Option<&String>| {
        distinct(file.listings.iter().filter_map(|(listing, ..)| field(listing)).map(|text| mask_text(text, &[])))
    };
    let teacher = lead.flags.contains(&Flag::TeacherClaim);
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Ok(vec![
        number.to_string(),
        label.clone(),
        lead.rank.level.zh().to_owned(),
        format!("{:.2}", lead.rank.value),
        lead.rank.level_words.clone(),
        file.handled_by.clone(),
        lead.county.zh().to_owned(),
        joined(&lead.copies, |county| county.zh().to_owned()),
        shown(|listing| listing.author.as_ref()),
        contacts(ContactKind::Phone),
        contacts(ContactKind::Wechat),
        contacts(ContactKind::Qq),
        shown(|listing| listing.location.as_ref()),
        distinct(file.listings.iter().map(|(listing, ..)| format!("{}({})", listing.source_kind.zh(), listing.source))),
        joined(&lead.suspected(), |code| format!("涉嫌 {}", spec.matter(code))),
        joined(&lead.subjects, |subject| subject.zh().to_owned()),
        joined(&lead.stages, |stage| stage.zh().to_owned()),
        joined(&lead.forms, |form| form.zh().to_owned()),
        shown(|listing| listing.price.as_ref()),
        if teacher { "是（自称，待核）" } else { "" }.to_owned(),
        day(lead.first_posted),
        day(lead.last_posted),
        file.listings.len().to_string(),
        format!("{:.2}", lead.top_score),
        format!("{label}/{}", super::sheet::SHEET_NAME),
        file.duty.zh().to_owned(),
        day(file.due),
    ])
}

fn evidence_rows(file: &LeadFile) -> Result<Vec<Vec<String>>, ExportError> {
    let label = file.label()?;
    Ok((1..)
        .zip(&file.listings)
        .map(|(number, (listing, assessment, capture)): (u32, &(Listing, Assessment, _))| {
            let packed = capture.as_ref().map(|capture| format!("{label}/{}", capture.packed_name()));
            vec![
                label.clone(),
                format!("{label}-{number}"),
                if packed.is_some() { "网页存档（WARC）" } else { "页面摘录" }.to_owned(),
                mask_text(&listing.url, &[]),
                mask_text(&listing.title, &title_contacts(listing, assessment)),
                listing.posted_at.map(|day| day.to_string()).unwrap_or_default(),
                beijing_words(listing.fetched_at),
                packed.unwrap_or_default(),
                capture.as_ref().map(|capture| capture.sha256.clone()).unwrap_or_default(),
                assessment.verdict.zh().to_owned(),
                match capture.as_ref().map(|capture| (capture, file.pictures.get(&capture.sha256))) {
                    Some((capture, Some(Ok(_)))) => format!("{label}/{}", capture.beside("png")),
                    Some((_, Some(Err(reason)))) => format!("无（{reason}）"),
                    Some((_, None)) | None => "无".to_owned(),
                },
            ]
        })
        .collect())
}

/// The contacts that begin in the title; spans count over title and text.
fn title_contacts(listing: &Listing, assessment: &Assessment) -> Vec<crate::domain::Contact> {
    let title_chars = listing.title.chars().count();
    assessment.contacts.iter().filter(|contact| contact.span.start < title_chars).cloned().collect()
}

fn distinct(texts: impl Iterator<Item = String>) -> String {
    let mut seen = BTreeSet::new();
    let kept: Vec<String> = texts.filter(|text| !text.is_empty() && seen.insert(text.clone())).collect();
    kept.join("、")
}
