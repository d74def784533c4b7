//! Parses the value of `--approve`, and recognises other digests that users paste there by mistake.

use crate::domain::plan::digest::ApprovalDigest;

/// The length of an approval digest that earlier versions displayed.
const EARLIER_DIGITS: usize = 12;
/// The length of a plan's own digest, and of the `approval` that earlier versions wrote into JSON.
const PLAN_DIGITS: usize = 64;
/// The length of a commit id.
const COMMIT_DIGITS: usize = 40;

pub(crate) fn parse_approval(text: &str) -> Result<ApprovalDigest, String> {
    if let Some(approval) = ApprovalDigest::parse(text) {
        return Ok(approval);
    }
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let all = ApprovalDigest::DIGITS;
    let place = "`approval` in the JSON report, and after `--approve` in the other reports of `portolan diff`";
    Err(match text.len() {
        PLAN_DIGITS if is_hex => format!(
            "this is the id of a plan or of a hazard (`digest` in the JSON report), which approves nothing. The approval \
             digest has {all} digits: {place}"
        ),
        COMMIT_DIGITS if is_hex => {
            format!("this is the id of a commit, which approves nothing. The approval digest has {all} digits: {place}")
        }
        EARLIER_DIGITS if is_hex => format!(
            "this is an approval digest of an earlier version or an incomplete one; run `portolan diff` and copy all {all} \
             digits after `--approve`"
        ),
        length if is_hex && length < all => {
            format!("an approval digest has {all} digits and this has {length}: copy all of it")
        }
        length if length == all && is_hex => "an approval digest must be lower case".to_owned(),
        _ => format!("an approval digest is {all} hexadecimal digits; `portolan diff` shows it after `--approve`"),
    })
}
