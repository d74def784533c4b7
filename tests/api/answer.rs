//! A response with its assertions, so that every failure shows the request and the whole response.

use std::fmt;

use serde_json::Value;

pub struct Answer {
    /// Method and path.
    pub asked: String,
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Null if the text is not JSON.
    pub json: Value,
}

impl Answer {
    /// The body of a successful response with this status.
    #[track_caller]
    pub fn gave(mut self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.json["ok"], true, "{self}");
        self.json.take()
    }

    /// The body of a successful response with one of these statuses.
    #[track_caller]
    pub fn gave_one_of(self, statuses: &[u16]) -> Value {
        assert!(statuses.contains(&self.status), "{self}");
        let status = self.status;
        self.gave(status)
    }

    /// An error in the platform's envelope.
    #[track_caller]
    pub fn refused(self, status: u16, error: &str) -> Refused {
        self.refused_as(&[status], &[error])
    }

    /// Like [`Answer::refused`], if the sources disagree about the status or code.
    #[track_caller]
    pub fn refused_as(self, statuses: &[u16], errors: &[&str]) -> Refused {
        assert!(statuses.contains(&self.status), "{self}");
        assert_eq!(self.json["ok"], false, "{self}");
        let error = self.json["error"].as_str().unwrap_or_default();
        assert!(errors.contains(&error), "{self}");
        Refused { answer: self }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Status and code, for requests whose answer is the question.
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

/// An error with the expected status and code.
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

    /// Checks some keys of `details`; a live organisation returns more.
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

/// Absent and null mean the same to every reader of entities.
pub fn is_unset(value: &Value, key: &str) -> bool {
    value.get(key).is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
}
