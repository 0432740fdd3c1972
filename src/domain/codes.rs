//! Closed lists and their stable codes: the only place where these strings are written.
//!
//! The meaning of each code, and the decision tree that assigns them, is in the labelling guide
//! (`models/corpus/README.md`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A string that is none of the codes of a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {list} `{found}`, expected one of {expected}")]
pub struct UnknownCode {
    /// Which list was asked.
    pub list: &'static str,
    /// The offending text.
    pub found: String,
    /// The codes that exist, separated by `|`.
    pub expected: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $zh:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code used in files and reports.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The Chinese name that bureau people read.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, UnknownCode> {
                Self::ALL.iter().copied().find(|value| value.code() == text).ok_or_else(|| UnknownCode {
                    list: stringify!($name),
                    found: text.to_owned(),
                    expected: Self::ALL.iter().map(|value| value.code()).collect::<Vec<_>>().join("|"),
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

// Codes of one subject may stand in a file of their own.
pub(super) use codes;

codes! {
    /// What a listing is, in the four classes of the labelling guide.
    Verdict {
        /// Paid subject teaching to minors, said openly.
        Overt = "overt", "公开学科培训";
        /// The same under another name, a cover or mere hints.
        Disguised = "disguised", "隐形变异学科培训";
        /// Only arts, sports, technology and other non-subject training.
        NonSubject = "non_subject", "非学科培训";
        /// Everything else.
        Irrelevant = "irrelevant", "无关";
    }
    /// The cover or way of teaching that a listing shows.
    Form {
        /// No cover.
        Plain = "plain", "直接招生";
        /// Moved on line.
        OnlineLive = "online_live", "线上直播";
        /// In homes, hotels, cafés, offices.
        HomePremises = "home_premises", "居民楼等场所";
        /// As consulting, planning, culture.
        Consulting = "consulting", "咨询规划";
        /// As thinking, literacy, competition, pre-school bridging.
        Competence = "competence", "素养思维竞赛";
        /// As housekeeping or a live-in teacher.
        DomesticService = "domestic_service", "家政住家";
        /// Families pooled around one tutor.
        PooledTutor = "pooled_tutor", "众筹私教";
        /// As study tour or camp.
        TravelCamp = "travel_camp", "研学营地";
        /// As day care, study room, homework company.
        Care = "care", "托管自习";
        /// A claim of an in-service teacher; never a fact.
        InServiceTeacher = "in_service_teacher", "自称在职教师";
    }
    /// A school subject.
    Subject {
        /// 语文
        Chinese = "chinese", "语文";
        /// 数学
        Math = "math", "数学";
        /// 英语
        English = "english", "英语";
        /// Japanese, Russian and other foreign languages.
        ForeignOther = "foreign_other", "其他外语";
        /// 物理
        Physics = "physics", "物理";
        /// 化学
        Chemistry = "chemistry", "化学";
        /// 生物
        Biology = "biology", "生物";
        /// 历史
        History = "history", "历史";
        /// 地理
        Geography = "geography", "地理";
        /// 政治、道德与法治
        Politics = "politics", "政治";
        /// 全科、文化课、各科
        All = "all", "全科";
    }
    /// The stage of schooling.
    Stage {
        /// Three to six years.
        Preschool = "preschool", "学龄前";
        /// 小学
        Primary = "primary", "小学";
        /// 初中
        Junior = "junior", "初中";
        /// 高中
        Senior = "senior", "高中";
    }
    /// The kind of place a listing was published.
    SourceKind {
        /// Classified ads and forums.
        Classified = "classified", "分类信息";
        /// Social notes.
        Social = "social", "社交平台";
        /// Mini-program pages.
        MiniProgram = "mini_program", "小程序";
        /// Text messages.
        Sms = "sms", "短信";
        /// Anything else.
        Other = "other", "其他";
    }
    /// What must come together before an advertisement is a lead (domain guide 0).
    Element {
        /// Who offers.
        Actor = "actor", "主体";
        /// That pupils or children of three and more are meant.
        Minor = "minor", "对象";
        /// That a school subject is taught.
        Subject = "subject", "内容";
        /// That money is taken.
        Paid = "paid", "有偿";
        /// Rooms, staff and a division of work.
        Org = "org", "组织化";
        /// The cover or way of teaching.
        Form = "form", "形式";
        /// Lessons on days off, in vacations or late in the evening.
        Time = "time", "时间";
        /// What makes it graver: a claimed in-service teacher, pre-school children, boarding.
        Agg = "agg", "加重";
    }
    /// What places a listing, the surest first (domain guide 4.3).
    PlaceHow {
        /// A road or an address on it.
        Address = "address", "明确地址";
        /// A township or sub-district.
        Township = "township", "镇街";
        /// A village or community.
        Village = "village", "村、社区";
        /// A school.
        School = "school", "学校";
        /// A landmark or a short name of a quarter.
        Landmark = "landmark", "地标";
        /// The name of the county or the city, or of a place elsewhere.
        CountyName = "county_name", "县区名";
        /// The area code of a telephone number.
        AreaCode = "area_code", "座机区号";
        /// The city the site files the listing under.
        SiteCity = "site_city", "站点城市";
    }
    /// The kind of a contact.
    ContactKind {
        /// A telephone number.
        Phone = "phone", "电话";
        /// A WeChat id.
        Wechat = "wechat", "微信";
        /// A QQ or QQ group number.
        Qq = "qq", "QQ";
    }
    /// Side marks that are no verdict.
    Flag {
        /// The subject question needs an expert (domain guide 1.3).
        NeedExpert = "need_expert", "需专家鉴别";
        /// The text claims an in-service teacher.
        TeacherClaim = "teacher_claim", "自称在职教师";
        /// Advertising rules may be touched although no subject is taught.
        AdControl = "ad_control", "广告管控";
        /// A numbered order of a tutoring agency.
        AgencyOrder = "agency_order", "家教单";
        /// Recruits teachers; may corroborate a lead.
        IntelRecruiting = "intel_recruiting", "招聘情报";
    }
    /// What a licence allows to teach.
    TrainingKind {
        /// School subjects.
        Subject = "subject", "学科类";
        /// Sports.
        Sports = "sports", "体育类";
        /// Music, fine arts, dance.
        Arts = "arts", "文化艺术类";
        /// Science and technology.
        Technology = "technology", "科技类";
        /// Non-subject without saying which.
        NonSubject = "non_subject", "非学科类";
    }

    /// What somebody needs a full contact for.
    PurposeCode {
        /// To find out whether the suspicion holds.
        Verify = "verify", "核查联系";
        /// For papers that go to a county.
        Handover = "handover", "移送材料";
        /// To answer somebody who complained.
        Complaint = "complaint", "回应投诉举报";
        /// To check how well the program reads.
        Quality = "quality", "质量检查";
        /// Something else, said in words.
        Other = "other", "其他";
    }
    /// The kind of an act in the audit log.
    AuditKind {
        /// A sweep was opened.
        SweepOpened = "sweep_opened", "开始采集";
        /// A sweep was finished.
        SweepFinished = "sweep_finished", "完成采集";
        /// A county package was made.
        PackageMade = "package_made", "生成移交包";
        /// Leads were merged, split, or put back by a person.
        LeadsJoined = "leads_joined", "人工合并或拆分线索";
        /// Somebody began to export what is stored; written before the first byte leaves.
        ExportStarted = "export_started", "开始导出";
        /// The export is whole; with its size and digest.
        ExportFinished = "export_finished", "完成导出";
        /// Listings are judged with another model or lexicon than before.
        ModelChanged = "model_changed", "更换模型或词表";
        /// The effective configuration is another than before.
        ConfigChanged = "config_changed", "更改配置";
        /// The captures of a day were put under one Merkle root.
        CapturesSealed = "captures_sealed", "封存网页存档";
        /// A source does not yield what it should and is not asked any more.
        SourceQuarantined = "source_quarantined", "隔离来源";
        /// A person looked at a quarantined source and lets it be asked again.
        SourceReleased = "source_released", "解除来源隔离";
        /// A list of institutions, violations or complaints was imported.
        RecordsImported = "records_imported", "导入名册或记录";
        /// An import was taken back, all its rows removed.
        ImportUndone = "import_undone", "撤销导入";
        /// A complaint was tied to a lead.
        ComplaintLinked = "complaint_linked", "投诉关联线索";
        /// A complaint was untied from a lead.
        ComplaintUnlinked = "complaint_unlinked", "投诉解除关联";
        /// A complaint was answered.
        ComplaintAnswered = "complaint_answered", "答复投诉";
        /// A lead went from one state of its life to another.
        LeadMoved = "lead_moved", "线索流转";
        /// A lead was given to one analyst, for longer, or back to all.
        LeadAssigned = "lead_assigned", "线索分派";
        /// What people had decided about a lead ended with it, because its listings went into another.
        LeadEnded = "lead_ended", "线索并入而终结";
        /// Subjects and inspectors were drawn at random.
        DrawMade = "draw_made", "双随机抽取";
        /// What may not be kept any longer was deleted.
        Purged = "purged", "到期清理";
        /// Somebody read contacts in full, with the purpose.
        ContactsUnmasked = "contacts_unmasked", "查看完整联系方式";
        /// Somebody asked where a contact appears; with the purpose, never with the contact.
        ContactSearched = "contact_searched", "按联系方式检索";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for form in Form::ALL {
            assert_eq!(form.code().parse::<Form>().as_ref(), Ok(form));
        }
        let error = "overtt".parse::<Verdict>().expect_err("a misspelt code");
        assert_eq!(
            error.to_string(),
            "unknown Verdict `overtt`, expected one of overt|disguised|non_subject|irrelevant"
        );
    }
}
