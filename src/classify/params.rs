//! Hyper-parameters: free to write down, checked before anything is trained with them.

use linfa::ParamGuard;
use serde::{Deserialize, Serialize};

/// What can be chosen about a training; the defaults won the grouped cross-validation over `models/corpus`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Inverse strength of the L2 penalty, as in scikit-learn's `C`; above 0.
    pub c: f64,
    /// Whether rare classes weigh as much as frequent ones.
    pub balanced: bool,
    /// In how many listings a feature must occur; at least 1.
    pub min_documents: usize,
    /// The same for the features of forms, subjects and stages.
    pub tag_min_documents: usize,
    /// Length that the word block of a listing's vector is scaled to; 0 leaves it out.
    pub word_scale: f64,
    /// The same for characters.
    pub char_scale: f64,
    /// The same for words of the title or first sentence.
    pub head_scale: f64,
    /// The same for signals.
    pub cue_scale: f64,
    /// The same for families of words.
    pub sense_scale: f64,
    /// Folds of the cross-validation that the calibration is fitted on; at least 2.
    pub folds: usize,
    /// Most steps of the solver; at least 1.
    pub max_steps: u64,
    /// Deals the groups of listings into folds.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            c: 32.0,
            balanced: true,
            min_documents: 3,
            tag_min_documents: 3,
            word_scale: 1.0,
            char_scale: 1.0,
            head_scale: 0.3,
            cue_scale: 0.3,
            sense_scale: 1.0,
            folds: 5,
            max_steps: 100,
            seed: 1,
        }
    }
}

/// A hyper-parameter outside its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("training parameter `{field}` is {found}, expected {expected}")]
pub struct ParamsError {
    /// Which one.
    pub field: &'static str,
    /// Its value.
    pub found: String,
    /// What is allowed.
    pub expected: &'static str,
}

/// Parameters that have passed the check; only these can fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckedParams(Settings);

impl std::ops::Deref for CheckedParams {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.0
    }
}

/// Parameters as somebody wrote them.
///
/// ```
/// use linfa::ParamGuard;
/// use tanzhao::classify::{TrainParams, params::Settings};
/// assert!(TrainParams::default().check().is_ok());
/// let wrong = TrainParams::new(Settings { c: -1.0, ..Settings::default() }).check();
/// assert_eq!(wrong.unwrap_err().to_string(), "training parameter `c` is -1, expected more than 0 and at most 1000000");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TrainParams(CheckedParams);

impl Default for TrainParams {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl TrainParams {
    /// Parameters still to be checked.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(CheckedParams(settings))
    }
}

impl Settings {
    fn problem(&self) -> Option<ParamsError> {
        let positive = |value: f64| value.is_finite() && value > 0.0 && value <= 1e6;
        let scale = |value: f64| value.is_finite() && (0.0..=100.0).contains(&value);
        let scales = [
            ("word_scale", self.word_scale),
            ("char_scale", self.char_scale),
            ("head_scale", self.head_scale),
            ("cue_scale", self.cue_scale),
            ("sense_scale", self.sense_scale),
        ];
        let bad = |field, found: String, expected| Some(ParamsError { field, found, expected });
        if !positive(self.c) {
            return bad("c", self.c.to_string(), "more than 0 and at most 1000000");
        }
        if let Some((field, found)) = scales.iter().find(|(_, value)| !scale(*value)) {
            return bad(field, found.to_string(), "0 to 100");
        }
        if scales.iter().all(|(_, value)| *value == 0.0) {
            return bad("word_scale", "0".to_owned(), "at least one scale above 0");
        }
        for (field, value) in [("min_documents", self.min_documents), ("tag_min_documents", self.tag_min_documents)] {
            if value == 0 {
                return bad(field, "0".to_owned(), "at least 1");
            }
        }
        if !(2..=50).contains(&self.folds) {
            return bad("folds", self.folds.to_string(), "2 to 50");
        }
        if self.max_steps == 0 {
            return bad("max_steps", "0".to_owned(), "at least 1");
        }
        None
    }
}

impl ParamGuard for TrainParams {
    type Checked = CheckedParams;
    type Error = ParamsError;

    fn check_ref(&self) -> Result<&CheckedParams, ParamsError> {
        match self.0.problem() {
            Some(problem) => Err(problem),
            None => Ok(&self.0),
        }
    }

    fn check(self) -> Result<CheckedParams, ParamsError> {
        self.check_ref()?;
        Ok(self.0)
    }
}
