//! What pipelines outside say of a commit; apart, because it has states of its own, and not every
//! one leads to every other.

#[derive(Clone, Debug)]
pub(crate) struct CommitStatus {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) sha: String,
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) state: &'static str,
    pub(crate) target_url: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) coverage: Option<f64>,
    pub(crate) pipeline: u64,
    pub(crate) author: u64,
    pub(crate) created_at: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
}

impl CommitStatus {
    /// A status that goes on may still change; another with its name comes beside one that ended.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self.state, "created" | "pending" | "running")
    }

    /// Takes the steps that lead to a state, or says why the last of them is not possible.
    pub(crate) fn move_to(&mut self, wanted: &str, moment: i64) -> Result<(), String> {
        let (step, state, from): (_, _, &[&str]) = match wanted {
            "pending" => ("enqueue", "pending", &["created"]),
            "running" => {
                // What runs was waiting first; that this step may fail does not matter.
                if self.state == "created" {
                    self.state = "pending";
                }
                ("run", "running", &["pending"])
            }
            "success" => ("success", "success", &["created", "pending", "running"]),
            "failed" => ("drop", "failed", &["created", "pending", "running"]),
            "skipped" => ("skip", "skipped", &["created", "pending"]),
            _ => ("cancel", "canceled", &["created", "pending", "running"]),
        };
        if !from.contains(&self.state) {
            return Err(format!(
                "Cannot transition status via :{step} from :{} (Reason(s): Status cannot \
                 transition via \"{step}\")",
                self.state
            ));
        }
        self.state = state;
        match state {
            "running" => self.started_at = Some(moment),
            "pending" => {}
            _ => self.finished_at = Some(moment),
        }
        Ok(())
    }
}
