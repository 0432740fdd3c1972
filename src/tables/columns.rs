//! What columns are called: one table of known headers for each kind of file.
//!
//! Headers are compared without spaces, marks and what stands in brackets, so `联系电话（必填）*` is `联系电话`. Where the
//! bracket carries the meaning (`电话（被投诉方）`) the header is listed with it.

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Licensed institutions.
    Registry,
    /// Past violations.
    Records,
    /// Complaints and tips.
    Reports,
    /// Results that counties return.
    Feedback,
}

/// A column with a meaning.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in the program and in reports.
    pub code: &'static str,
    /// Headers that mean it; the first is the one we would write.
    pub headers: &'static [&'static str],
    /// Whether a file without it is refused.
    pub required: bool,
}

const fn must(code: &'static str, headers: &'static [&'static str]) -> Field {
    Field { code, headers, required: true }
}

const fn may(code: &'static str, headers: &'static [&'static str]) -> Field {
    Field { code, headers, required: false }
}

const CREDIT: Field = may("credit_code", &["统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码"]);
const COUNTY: Field =
    may("county", &["县区", "所属县区", "区县", "县市区", "县(市)区", "所在县区", "所属区县", "行政区划", "属地"]);

const REGISTRY: &[Field] = &[
    must(
        "name",
        &[
            "机构名称",
            "培训机构名称",
            "单位名称",
            "学校名称",
            "校外培训机构名称",
            "办学机构名称",
            "机构全称",
            "培训机构",
            "名称",
        ],
    ),
    CREDIT,
    may("licence", &["办学许可证号", "办学许可证编号", "许可证号", "许可证编号", "办学许可证", "民办学校办学许可证号"]),
    may(
        "address",
        &[
            "办学地址",
            "地址",
            "培训地点",
            "培训地址",
            "办学场所地址",
            "机构地址",
            "办学地点",
            "经营地址",
            "详细地址",
            "住所",
        ],
    ),
    may("phones", &["联系电话", "电话", "咨询电话", "机构电话", "联系方式", "手机号", "手机", "办公电话", "招生电话"]),
    may(
        "kind",
        &[
            "类别",
            "机构类别",
            "培训类别",
            "办学类别",
            "机构类型",
            "培训类型",
            "许可类别",
            "学科类/非学科类",
            "类型",
            "培训内容",
            "办学内容",
            "业务范围",
        ],
    ),
    may("stages", &["学段", "培训学段", "办学层次", "招生对象", "培训对象", "办学范围"]),
    may(
        "valid_until",
        &[
            "有效期",
            "有效期至",
            "有效期限",
            "许可证有效期",
            "有效期截止",
            "有效截止日期",
            "许可证有效期至",
            "办学许可证有效期",
        ],
    ),
    COUNTY,
    may("authority", &["审批机关", "发证机关", "审批部门", "许可机关", "主管部门", "批准机关", "审批单位"]),
    may("status", &["状态", "机构状态", "办学状态", "经营状态", "许可证状态", "运营状态"]),
];

const RECORDS: &[Field] = &[
    must(
        "party",
        &[
            "当事人",
            "机构名称",
            "当事人名称",
            "被处罚单位",
            "被处罚人",
            "违法主体",
            "行政相对人名称",
            "行政相对人",
            "单位名称",
            "被处罚对象",
            "名称",
        ],
    ),
    may(
        "matter",
        &["违法事实", "违法事项", "违法行为", "事项", "案由", "违法行为类型", "主要违法事实", "违规事实", "违规行为"],
    ),
    must(
        "decided_on",
        &[
            "决定日期",
            "处罚日期",
            "处罚决定日期",
            "作出决定日期",
            "查处日期",
            "处理日期",
            "决定时间",
            "处罚时间",
            "查处时间",
            "处理时间",
        ],
    ),
    may("document", &["文号", "决定书文号", "处罚决定书文号", "行政处罚决定书文号", "案号", "处罚文号", "决定文号"]),
    may("address", &["地址", "违法地点", "办学地址", "经营地址", "住址", "地点", "违法行为发生地"]),
    may("phones", &["电话", "联系电话", "当事人电话", "机构电话", "联系方式"]),
    may("result", &["结果", "处理结果", "处罚结果", "处罚内容", "处罚决定", "处理情况", "处罚种类", "处理方式"]),
    COUNTY,
];

const REPORTS: &[Field] = &[
    must(
        "number",
        &["投诉编号", "受理编号", "工单编号", "工单号", "编号", "举报编号", "信访编号", "登记编号", "诉求编号"],
    ),
    must(
        "received_on",
        &[
            "受理日期",
            "投诉时间",
            "受理时间",
            "投诉日期",
            "举报时间",
            "举报日期",
            "登记时间",
            "登记日期",
            "来电时间",
            "收到日期",
            "诉求时间",
        ],
    ),
    may(
        "target",
        &[
            "被投诉机构",
            "被投诉对象",
            "被举报对象",
            "被举报机构",
            "被投诉单位",
            "被举报单位",
            "被投诉人",
            "被举报人",
            "被反映单位",
            "投诉对象",
            "涉及机构",
            "机构名称",
        ],
    ),
    may(
        "address",
        &[
            "被投诉地址",
            "地址",
            "被投诉机构地址",
            "办学地址",
            "事发地址",
            "问题地址",
            "培训地点",
            "事发地点",
            "涉事地址",
        ],
    ),
    may(
        "phones",
        &[
            "被投诉电话",
            "电话(被投诉)",
            "被投诉机构电话",
            "被投诉方电话",
            "被投诉人电话",
            "被举报电话",
            "电话(被投诉方)",
            "联系电话(被投诉)",
            "电话(被举报)",
            "机构电话",
        ],
    ),
    may(
        "text",
        &["内容", "投诉内容", "举报内容", "反映内容", "诉求内容", "问题描述", "主要内容", "反映问题", "诉求描述"],
    ),
    COUNTY,
    may("due_on", &["办理期限", "办结期限", "答复期限", "截止日期", "办理时限", "要求办结时间", "限办日期"]),
    may("state", &["办理状态", "状态", "办理情况", "工单状态", "处理状态"]),
];

const FEEDBACK: &[Field] = &[
    must("lead", &["线索编号", "线索号"]),
    must("outcome", &["认定结论", "核查结论", "核查结果", "结论"]),
    may("checked", &["核查情况", "核查说明", "情况说明"]),
    may("measures", &["处理方式", "处理措施", "采取措施", "措施", "处理结果"]),
    may("refund_yuan", &["退费金额", "退费金额（元）", "退费金额(元)", "退费"]),
    may("penalty", &["处罚种类数额", "处罚种类及数额", "处罚情况", "处罚"]),
    may("published_at", &["公示链接", "公示网址"]),
    must("handler", &["经办人", "承办人", "办理人"]),
    must("on", &["反馈日期", "反馈时间", "日期"]),
    may("returned_because", &["退回理由", "退回原因"]),
    may("remark", &["备注"]),
];

impl FileKind {
    /// The columns with a meaning.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Registry => REGISTRY,
            Self::Records => RECORDS,
            Self::Reports => REPORTS,
            Self::Feedback => FEEDBACK,
        }
    }

    /// The columns that must be there, as we would write them.
    #[must_use]
    pub fn expected(self) -> Vec<String> {
        self.fields().iter().filter(|field| field.required).map(|field| field.zh().to_owned()).collect()
    }

    /// The position of the field that a header means, by its squeezed forms.
    pub(super) fn field_of(self, header: &super::header::Word) -> Option<usize> {
        let known = |name: &str| {
            let name = super::header::Word::of(name);
            name.full == header.full || (header.full != header.bare && name.full == header.bare)
        };
        self.fields().iter().position(|field| field.headers.iter().any(|name| known(name)))
    }
}

impl Field {
    /// The header as we would write it.
    #[must_use]
    pub fn zh(&self) -> &'static str {
        self.headers.first().copied().unwrap_or(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::header::Word;

    #[test]
    fn every_header_means_one_field() {
        for kind in [FileKind::Registry, FileKind::Records, FileKind::Reports, FileKind::Feedback] {
            for (at, field) in kind.fields().iter().enumerate() {
                for header in field.headers {
                    assert_eq!(kind.field_of(&Word::of(header)), Some(at), "{header}");
                    assert!(super::super::private::identity(kind, &Word::of(header)).is_none(), "{header}");
                }
            }
        }
        let field = |kind: FileKind, header: &str| kind.field_of(&Word::of(header)).map(|at| kind.fields()[at].code);
        assert_eq!(field(FileKind::Registry, " 联系 电话（必填）* "), Some("phones"));
        assert_eq!(field(FileKind::Registry, "机构\n名称："), Some("name"));
        assert_eq!(field(FileKind::Reports, "电话（被投诉）"), Some("phones"));
        assert_eq!(field(FileKind::Reports, "电话"), None, "whose it is must be said");
        assert_eq!(field(FileKind::Registry, "法定代表人"), None);
    }
}
