//! What came back. The assertions live here, so that a failure always shows the request and the whole answer.

use std::fmt;

use serde_json::Value;

pub struct Answer {
    /// Method and path.
    pub asked: String,
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Null where the text is no JSON.
    pub json: Value,
}

impl Answer {
    /// The body of a success of this status.
    #[track_caller]
    pub fn is(mut self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.json["ok"], true, "{self}");
        self.json.take()
    }

    /// The body of a success of one of these statuses.
    #[track_caller]
    pub fn is_one_of(self, statuses: &[u16]) -> Value {
        assert!(statuses.contains(&self.status), "{self}");
        let status = self.status;
        self.is(status)
    }

    /// A refusal in the platform's envelope.
    #[track_caller]
    pub fn is_refused(self, status: u16, error: &str) -> Refused {
        self.is_refused_as(&[status], &[error])
    }

    /// As [`Answer::is_refused`], where the sources do not agree on one status or code.
    #[track_caller]
    pub fn is_refused_as(self, statuses: &[u16], errors: &[&str]) -> Refused {
        assert!(statuses.contains(&self.status), "{self}");
        assert_eq!(self.json["ok"], false, "{self}");
        let error = self.json["error"].as_str().unwrap_or_default();
        assert!(errors.contains(&error), "{self}");
        Refused { answer: self }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Status and code: for what is asked in order to learn the answer.
    pub fn brief(&self) -> String {
        match self.json["error"].as_str() {
            Some(error) => format!("{} {error}", self.status),
            None => self.status.to_string(),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text.chars().take(1500).collect();
        write!(out, "{}: {} {text}", self.asked, self.status)
    }
}

/// A refusal whose status and code are as they must be.
pub struct Refused {
    answer: Answer,
}

impl Refused {
    #[track_caller]
    pub fn says(self, message: &str) -> Self {
        assert_eq!(self.answer.json["message"], message, "{}", self.answer);
        self
    }

    #[track_caller]
    pub fn mentions(self, words: &str) -> Self {
        let message = self.answer.json["message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "no {words:?}: {}", self.answer);
        self
    }

    /// Some keys of `details`; the live ones have more.
    #[track_caller]
    pub fn with(self, details: &[(&str, &str)]) -> Self {
        for (key, value) in details {
            assert_eq!(self.answer.json["details"][*key], *value, "{}", self.answer);
        }
        self
    }
}

/// The sorted identifiers of a list of entities.
#[track_caller]
pub fn identifiers(answer: &Value) -> Vec<String> {
    let entities = answer["entities"].as_array().unwrap_or_else(|| panic!("no entities: {answer}"));
    let mut found: Vec<String> =
        entities.iter().map(|it| it["identifier"].as_str().expect("an identifier").to_owned()).collect();
    found.sort();
    found
}

/// Absent and null are the same to everyone who reads entities.
pub fn is_unset(value: &Value, key: &str) -> bool {
    value.get(key).is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
}
