//! The evidence sheet of one lead: why it is suspected, in whose words, and what the evidence cannot show.

use super::package::{CaptureFile, ExportError, LeadFile, PackageSpec, Pictured, beijing_words, joined};
use crate::{
    domain::{Assessment, Flag, Listing, ListingText, Span},
    evidence::{Replacement, mask_contact, mask_spans, mask_text},
    leads::Lead,
};
use maud::{DOCTYPE, Markup, html};

/// The file's name in the lead's folder.
pub const SHEET_NAME: &str = "证据说明.html";

/// Reasons of the model shown for one listing.
const REASONS_SHOWN: usize = 8;

const STYLE: &str = "body{font:15px/1.7 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:52em;margin:2em auto;padding:0 1em;color:#222}\
h1{font-size:1.4em}h2{font-size:1.15em;border-bottom:1px solid #999;margin-top:1.6em}table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #bbb;padding:.25em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#eef3f8;white-space:nowrap}\
.text{white-space:pre-wrap;background:#fafafa;border:1px solid #ddd;padding:.7em}mark.finding{background:#ffd9a8;border-bottom:2px solid #c60}\
mark.reason{background:#fff3b0}.masked{background:#e6e6e6}.note{color:#555;font-size:.92em}code{font-size:.85em;overflow-wrap:anywhere}\
@media print{body{margin:0;max-width:none}section{break-inside:avoid-page}}";

/// What the evidence is and is not; the bureau's officers must be able to read it beside every lead.
const LIMITS: [&str; 8] = [
    "本页由软件自动整理，所列事项均为涉嫌，未经核实，不作为处理依据；是否属实由办案人员核查认定。",
    "页面存档固定的是公开网页在抓取时刻的内容，不证明发布者身份，也不证明培训已经实际发生。",
    "“自称在职教师”等表述只是广告的说法，未与任何名册核对。",
    "联系方式在工作文件中已掩码，原文只保存在存档文件夹的 WARC 存档和由它渲染的页面截图中，查阅须有职权依据。",
    "页面截图不是采集当时的屏幕，是制作本包时由存档重新渲染的：不向网站发任何请求，不运行脚本，未存档的图片、样式和字体不显示，\
     过长的页面只截到 12000 像素；与 WARC 存档不一致时以存档为准。",
    "把握程度由统计模型给出，表示与已知样例的相近程度，不是违法的概率。",
    "发布日期按页面所示换算（如“3小时前”）,以存档原文为准；抓取时间取自抓取设备的时钟。",
    "抓取遵守 robots.txt（当时有效的文本一并存档，各 WARC 的 metadata 记录写明是哪一份）,未登录、未绕过验证、未与发布者联系；图片和视频的内容未作识别。",
];

/// The sheet as a whole HTML page.
///
/// # Errors
/// When the lead has no number.
pub fn sheet(spec: &PackageSpec, file: &LeadFile) -> Result<String, ExportError> {
    let label = file.label()?;
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "线索 " (label) " 证据说明" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { (spec.title_mark()) "涉嫌违规学科类培训线索 " (label) " 证据说明" }
                p.note { "接收单位属地：" (spec.county.name) "(" (spec.county.code) ") 生成时间："
                    (beijing_words(spec.generated_at)) "(北京时间)" }
                (overview(spec, file))
                (elements(file))
                (rank(file))
                @for (number, (listing, assessment, capture)) in (1u32..).zip(&file.listings) {
                    (one_listing(spec, &format!("{label}-{number}"), listing, &within(assessment, &file.lead),
                        capture.as_ref().map(|capture| (capture, file.pictures.get(&capture.sha256)))))
                }
                (links(file))
                section { h2 { "证据的局限" } ol { @for limit in LIMITS { li { (limit) } } } }
                section { h2 { "生成依据" } p.note {
                    @for (name, version) in &spec.versions { (name) ":" (version) " " }
                    "存档格式：WARC/1.1(ISO 28500)。每个文件的 SHA-256 见本包 manifest.json。"
                } }
            }
        }
    };
    Ok(page.into_string())
}

fn overview(spec: &PackageSpec, file: &LeadFile) -> Markup {
    let lead = &file.lead;
    let contacts: Vec<_> = file.contacts().collect();
    let suspected = lead.suspected();
    let days = match (lead.first_posted, lead.last_posted) {
        (Some(first), Some(last)) if first == last => first.to_string(),
        (Some(first), Some(last)) => format!("{first} 至 {last}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => "页面未示".to_owned(),
    };
    html! {
        section {
            h2 { "概况" }
            table {
                tr { th { "属地" } td { (lead.county.zh())
                    @if !lead.copies.is_empty() { ",涉及 " (joined(&lead.copies, |county| county.zh().to_owned())) }
                    @if !lead.route_words.is_empty() { p.note { (mask_text(&lead.route_words, &[])) } } } }
                tr { th { "办理分工" } td { (file.duty.zh()) } }
                @if let Some(due) = file.due { tr { th { "办理期限" } td { (due) } } }
                tr { th { "涉嫌事项" } td {
                    @if suspected.is_empty() { "未归入具体事项" }
                    @for code in &suspected { div { "涉嫌 " (spec.matter(code)) } }
                } }
                tr { th { "科目" } td { (joined(&lead.subjects, |subject| subject.zh().to_owned())) } }
                tr { th { "学段" } td { (joined(&lead.stages, |stage| stage.zh().to_owned())) } }
                tr { th { "形式" } td { (joined(&lead.forms, |form| form.zh().to_owned())) } }
                tr { th { "联系方式（掩码）" } td {
                    (joined(&contacts, |contact| format!("{} {}", contact.kind.zh(), mask_contact(contact)))) } }
                tr { th { "提示" } td { (joined(&lead.flags, |flag| flag_words(*flag))) } }
                tr { th { "出现时间" } td { (days) } }
                tr { th { "发布次数" } td { (file.listings.len()) " 条" } }
            }
        }
    }
}

fn flag_words(flag: Flag) -> String {
    match flag {
        Flag::TeacherClaim => "自称在职教师（未核实）".to_owned(),
        other => other.zh().to_owned(),
    }
}

/// The elements of a case, each with its words or marked as missing.
fn elements(file: &LeadFile) -> Markup {
    let place = |id| file.lead.members.iter().position(|member| *member == id).map_or(0, |at| at + 1);
    html! {
        @if !file.lead.elements.is_empty() {
            section {
                h2 { "要件" }
                table {
                    tr { th { "要件" } th { "原文" } }
                    @for one in &file.lead.elements {
                        tr { td { (one.element.zh()) } td {
                            @if !one.is_shown() { "未见，待核查" }
                            @for quote in &one.quotes {
                                div { (quote.says) ":“" (mask_text(&quote.quote, &[])) "”(证据 " (place(quote.listing)) ")" }
                            }
                        } }
                    }
                }
            }
        }
    }
}

fn rank(file: &LeadFile) -> Markup {
    let rank = &file.lead.rank;
    html! {
        section {
            h2 { "排序说明" }
            p { "风险等级：" b { (rank.level.zh()) } " " (rank.level_words) }
            table {
                tr { th { "因素" } th { "数值" } th { "来由" } }
                @for part in &rank.parts {
                    tr { td { (part.name_zh) } td { (format!("{:.2}", part.value)) } td { (part.words) } }
                }
                tr { th { "排序值" } td { b { (format!("{:.2}", rank.value)) } } td { "以上因素相乘，只用于先后，不是结论" } }
            }
        }
    }
}

/// A judgement without the findings that the operator's licence takes off the lead.
fn within(assessment: &Assessment, lead: &Lead) -> Assessment {
    let suspected = lead.suspected();
    let findings = assessment.findings.iter().filter(|finding| suspected.contains(&finding.matter));
    Assessment { findings: findings.cloned().collect(), ..assessment.clone() }
}

fn one_listing(
    spec: &PackageSpec,
    number: &str,
    listing: &Listing,
    assessment: &Assessment,
    capture: Option<(&CaptureFile, Option<&Pictured>)>,
) -> Markup {
    let text = Shown::new(&ListingText::from(listing).full(), assessment);
    let mut reasons: Vec<_> = assessment.evidence.iter().filter(|reason| reason.weight > 0.0).collect();
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.span.cmp(&b.span)));
    reasons.truncate(REASONS_SHOWN);
    html! {
        section {
            h2 { "证据 " (number) }
            table {
                tr { th { "来源" } td { (listing.source_kind.zh()) "(" (listing.source) ")" } }
                tr { th { "网址" } td { (mask_text(&listing.url, &[])) } }
                tr { th { "发布者" } td { (mask_text(listing.author.as_deref().unwrap_or("页面未示"), &[])) } }
                tr { th { "收费" } td { (mask_text(listing.price.as_deref().unwrap_or("页面未示"), &[])) } }
                tr { th { "地点" } td { (mask_text(listing.location.as_deref().unwrap_or("页面未示"), &[])) } }
                tr { th { "页面发布日期" } td { @match listing.posted_at { Some(day) => (day), None => "页面未示" } } }
                tr { th { "抓取时间" } td { (beijing_words(listing.fetched_at)) "(北京时间)" } }
                tr { th { "研判" } td { (assessment.verdict.zh()) "，把握 " (format!("{:.0}%", (assessment.score * 100.0).min(99.0))) } }
                tr { th { "存档" } td { @match capture {
                    Some((capture, _)) => { a href=(capture.packed_name()) { (capture.packed_name()) } br; "SHA-256 " code { (capture.sha256) } },
                    None => "本条未附网页存档",
                } } }
                @if let Some((capture, Some(pictured))) = capture { tr { th { "页面截图" } td { (picture(capture, pictured)) } } }
            }
            @if !assessment.findings.is_empty() {
                table {
                    tr { th { "涉嫌事项" } th { "依据" } th { "原文" } }
                    @for finding in &assessment.findings {
                        tr { td { "涉嫌 " (spec.matter(&finding.matter)) }
                            td { (mask_text(&finding.rule, &[])) @if !finding.basis_zh.is_empty() { p.note { (finding.basis_zh) } } }
                            td { "“" (text.slice(finding.span)) "”" } }
                    }
                }
            }
            p.note { "页面原文(" mark.finding { "涉嫌事项所引" } " " mark.reason { "影响研判的用语" } " " span.masked { "掩码" } "):" }
            div.text { (text.marked(assessment, &reasons.iter().map(|reason| reason.span).collect::<Vec<_>>())) }
            @if !reasons.is_empty() {
                p.note { "影响研判的用语：" (joined(&reasons, |reason| format!("“{}”(+{:.2})", text.slice(reason.span), reason.weight))) }
            }
        }
    }
}

fn picture(capture: &CaptureFile, pictured: &Pictured) -> Markup {
    html! {
        @match pictured {
            Ok(page) => {
                a href=(capture.beside("png")) { (capture.beside("png")) } "（未掩码） "
                a href=(capture.beside("txt")) { "所见文字" } "（已掩码）"
                p.note { "由上列存档于 " (beijing_words(page.painted_at)) "(北京时间)事后渲染：" (page.from.zh())
                    "，浏览器 " (page.browser) "，不运行脚本，未存档的资源不显示。"
                    @if !page.han { b { "渲染所用的计算机没有中文字体，截图中的汉字显示为方框，请看所见文字和存档。" } } }
            }
            Err(reason) => { "未附：" (reason) "。页面内容以存档为准。" }
        }
    }
}

fn links(file: &LeadFile) -> Markup {
    let links = &file.lead.links;
    // Officers know the listings of this sheet by their place in it, not by the store's numbers.
    let place = |id| file.lead.members.iter().position(|member| *member == id).map_or(0, |at| at + 1);
    html! {
        @if !links.is_empty() {
            section {
                h2 { "并案理由" }
                ul { @for link in links {
                    li { "证据 " (place(link.a)) " 与证据 " (place(link.b)) ":" (link.reason.zh()) }
                } }
            }
        }
    }
}

/// The original text with its contacts masked.
struct Shown {
    chars: Vec<char>,
    replacements: Vec<Replacement>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    None,
    Reason,
    Finding,
}

impl Shown {
    fn new(text: &str, assessment: &Assessment) -> Self {
        Self { replacements: mask_spans(text, &assessment.contacts), chars: text.chars().collect() }
    }

    /// The characters of a span, masked where they belong to a contact.
    fn slice(&self, span: Span) -> String {
        self.pieces(span).map(|(_, text, _)| text).collect()
    }

    /// What is shown for a span, piece by piece: first character, text, whether it is masked.
    fn pieces(&self, span: Span) -> impl Iterator<Item = (usize, String, bool)> {
        let (mut at, end) = (span.start, span.end.min(self.chars.len()));
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let start = at;
            // Replacements are in order and apart, so at most one covers a character.
            let next = self.replacements.partition_point(|one| one.span.end <= at);
            match self.replacements.get(next) {
                Some(one) if one.span.start <= at => {
                    at = one.span.end;
                    Some((start, one.shown.clone(), true))
                }
                _ => {
                    at += 1;
                    Some((start, self.chars[start].to_string(), false))
                }
            }
        })
    }

    fn marked(&self, assessment: &Assessment, reasons: &[Span]) -> Markup {
        let mut marks = vec![Mark::None; self.chars.len()];
        let mut paint = |span: Span, mark: Mark| {
            let end = span.end.min(marks.len());
            if let Some(part) = marks.get_mut(span.start..end) {
                part.fill(mark);
            }
        };
        for span in reasons {
            paint(*span, Mark::Reason);
        }
        for finding in &assessment.findings {
            paint(finding.span, Mark::Finding);
        }

        let mut runs: Vec<(Mark, bool, String)> = Vec::new();
        for (at, text, masked) in self.pieces(Span::new(0, self.chars.len())) {
            match runs.last_mut() {
                Some((mark, same, run)) if *mark == marks[at] && *same == masked => run.push_str(&text),
                _ => runs.push((marks[at], masked, text)),
            }
        }
        html! {
            @for (mark, masked, text) in &runs {
                @match (mark, masked) {
                    (Mark::None, false) => (text),
                    (Mark::None, true) => span.masked { (text) },
                    (Mark::Reason, _) => mark.reason { (text) },
                    (Mark::Finding, _) => mark.finding { (text) },
                }
            }
        }
    }
}
