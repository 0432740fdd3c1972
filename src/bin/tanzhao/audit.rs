//! audit.

use crate::{
    args::{Audit, AuditCommand, AuditFormat, Global},
    output::{Exit, writer},
};
use anyhow::bail;
use std::{io::Write, path::Path};
use tanzhao::{
    app::App,
    domain::{AuditEntry, beijing},
    store::AuditFilter,
};

/// Entries asked for at once.
const PAGE: u32 = 1000;

pub async fn audit(global: &Global, order: Audit) -> anyhow::Result<Exit> {
    let app = App::open_read_only(&global.data_dir)?;
    match order.what {
        AuditCommand::Verify => match app.audit.verify().await? {
            Ok(head) => {
                if let Some(number) = app.seals.first_broken_seal().await? {
                    eprintln!("存档封存校验未通过：第 {number} 号封存与其存档或日志不符");
                    return Ok(Exit::VerificationFailed);
                }
                println!("审计日志完好：共 {} 条，链头 {}", head.entries, head.hash);
                Ok(Exit::Done)
            }
            Err(broken) => {
                eprintln!("审计日志校验未通过：{broken}");
                Ok(Exit::VerificationFailed)
            }
        },
        AuditCommand::Prove { capture } => {
            let found = app.seals.find(&capture).await?;
            if found.is_empty() {
                bail!("CAPTURE: found `{capture}`, expected the number, file or SHA-256 of a stored capture");
            }
            let proofs = app.seals.prove(&found).await?;
            if proofs.is_empty() {
                bail!("该存档尚未封存：当日存档在次日采集时或移交时封存 (capture `{capture}` is under no seal yet)");
            }
            for proof in &proofs {
                println!("{}", serde_json::to_string(proof)?);
            }
            Ok(Exit::Done)
        }
        AuditCommand::List { since, kind, format } => {
            let mut out = writer(Path::new("-"))?;
            let mut filter = AuditFilter { since, kind, after: 0, limit: PAGE };
            loop {
                let entries = app.audit.entries(filter.clone()).await?;
                let Some(last) = entries.last() else { break };
                filter.after = last.sequence;
                for entry in &entries {
                    match format {
                        AuditFormat::Table => writeln!(out, "{}", line(entry))?,
                        AuditFormat::Json => writeln!(out, "{}", serde_json::to_string(entry)?)?,
                    }
                }
            }
            out.flush()?;
            Ok(Exit::Done)
        }
    }
}

fn line(entry: &AuditEntry) -> String {
    let at = beijing(entry.at).strftime("%Y-%m-%d %H:%M:%S");
    let line =
        format!("{:>6}  {at}  {}  {}  {}  {}", entry.sequence, entry.who, entry.kind.zh(), entry.object, entry.details);
    // Names come from outside; one line stays one line.
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
