//! Pages of a store's entries, as the SDK cuts them.

use bytes::Bytes;
use cosmos_sdk_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};

use crate::{
    error::{ExecResult, SdkError, Status},
    gas::GasKv,
    store::{Order, prefix_end},
};

/// The page length when a request names none.
pub const DEFAULT_LIMIT: u64 = 100;

/// One page of the entries whose keys begin with `prefix`. `convert` gets the key without the prefix, and the value; the
/// next key that is answered is also without the prefix.
///
/// # Errors
/// Offset and key are both given, `convert` fails, or gas runs out.
pub fn paginate<T>(
    kv: &GasKv,
    prefix: &[u8],
    request: Option<&PageRequest>,
    mut convert: impl FnMut(&[u8], &Bytes) -> ExecResult<T>,
) -> ExecResult<(Vec<T>, PageResponse)> {
    let mut request = request.cloned().unwrap_or_default();
    if request.limit == 0 {
        request.limit = DEFAULT_LIMIT;
        request.count_total = true;
    }
    if request.offset > 0 && !request.key.is_empty() {
        let text = "paginate: invalid request, either offset or key is expected, got both";
        return Err(SdkError::status(Status::InvalidArgument, text).into());
    }

    let by_key = !request.key.is_empty();
    let mut start = prefix.to_vec();
    let mut end = prefix_end(prefix);
    let order = if request.reverse { Order::Descending } else { Order::Ascending };
    if by_key {
        let from = [prefix, &request.key].concat();
        match order {
            Order::Ascending => start = from,
            // The key itself belongs to the page: the first key behind it ends the range.
            Order::Descending => end = Some([&from[..], &[0]].concat()),
        }
    }

    let mut iter = kv.range(Some(&start), end.as_deref(), order)?;
    for _ in 0..request.offset {
        if iter.current().is_none() {
            return Ok((Vec::new(), PageResponse::default()));
        }
        iter.advance()?;
    }
    let (mut page, mut next_key, mut total) = (Vec::new(), Vec::new(), request.offset);
    while let Some((key, value)) = iter.current() {
        let key = &key[prefix.len()..];
        if (page.len() as u64) < request.limit {
            page.push(convert(key, value)?);
        } else {
            if next_key.is_empty() {
                next_key = key.to_vec();
            }
            if by_key || !request.count_total {
                break;
            }
        }
        total += 1;
        iter.advance()?;
    }
    let total = if request.count_total && !by_key { total } else { 0 };
    Ok((page, PageResponse { next_key, total }))
}
