//! Reads what an access token says about its credentials. A token is a JWT; its signature is the catalog's business, and
//! a token of another form says nothing.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::domain::secret::Secret;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    #[serde(default)]
    org_id: Option<String>,
}

/// The id of the organisation that the credentials belong to.
pub(super) fn organization(token: &Secret) -> Option<String> {
    let mut parts = token.reveal().split('.');
    let (_head, claims) = (parts.next()?, parts.next()?);
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let Claims { org_id } = serde_json::from_slice(&claims).ok()?;
    org_id.filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_with_the_claim_names_an_organisation() {
        let token = |claims: &str| Secret::new(format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims)));
        assert_eq!(organization(&token(r#"{"orgId": "org_1", "exp": 3}"#)).as_deref(), Some("org_1"));
        for other in [r#"{"orgId": ""}"#, r#"{"orgId": 3}"#, r#"{"org": "x"}"#, "[]", "no JSON"] {
            assert_eq!(organization(&token(other)), None, "{other}");
        }
        for other in ["", "token", "a.b.c", "..", "e30.%%%.x"] {
            assert_eq!(organization(&Secret::new(other)), None, "{other}");
        }
    }
}
