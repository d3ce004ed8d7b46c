//! Lists that come in pages, read as streams.

use std::{collections::VecDeque, future::Future};

use cosmrs::proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};
use futures::stream::{self, BoxStream, StreamExt};

use crate::ClientError;

/// Entries per page asked for where the caller decides.
pub(crate) const PAGE_SIZE: u64 = 100;

/// Reads page after page. `fetch` gets the key to start from and returns a page with the key of the next one; an empty
/// page ends the stream whatever its key says, so a confused server cannot keep a reader busy for ever.
pub(crate) fn paged<'a, Item, Key, Fetch, Page>(fetch: Fetch) -> BoxStream<'a, Result<Item, ClientError>>
where
    Item: Send + 'a,
    Key: Send + 'a,
    Fetch: Fn(Option<Key>) -> Page + Send + 'a,
    Page: Future<Output = Result<(Vec<Item>, Option<Key>), ClientError>> + Send + 'a,
{
    struct State<Item, Key> {
        ready: VecDeque<Item>,
        /// `None`: nothing left to fetch.
        next: Option<Option<Key>>,
    }
    let start = (State { ready: VecDeque::new(), next: Some(None) }, fetch);
    stream::try_unfold(start, |(mut state, fetch)| async move {
        loop {
            if let Some(item) = state.ready.pop_front() {
                return Ok(Some((item, (state, fetch))));
            }
            let Some(key) = state.next.take() else { return Ok(None) };
            let (items, next) = fetch(key).await?;
            if items.is_empty() {
                return Ok(None);
            }
            state.ready = items.into();
            state.next = next.map(Some);
        }
    })
    .boxed()
}

/// The chain's own form of paging: the page to ask for after `key`.
pub(crate) fn page_after(key: Option<Vec<u8>>) -> Option<PageRequest> {
    Some(PageRequest { key: key.unwrap_or_default(), limit: PAGE_SIZE, ..PageRequest::default() })
}

/// The key of the next page in an answer.
pub(crate) fn next_key(page: Option<PageResponse>) -> Option<Vec<u8>> {
    page.map(|page| page.next_key).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::paged;
    use crate::ClientError;
    use futures::TryStreamExt;

    async fn collect(pages: Vec<(Vec<u32>, Option<usize>)>) -> Vec<u32> {
        paged(|key: Option<usize>| {
            let page = pages[key.unwrap_or(0)].clone();
            async move { Ok(page) }
        })
        .try_collect()
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn every_page_is_read_and_an_empty_one_ends_it() {
        assert_eq!(collect(vec![(vec![1, 2], Some(1)), (vec![3], None)]).await, [1, 2, 3]);
        // The contracts' way: a key on the last page, then an empty page.
        assert_eq!(collect(vec![(vec![1], Some(1)), (vec![2], Some(2)), (vec![], None)]).await, [1, 2]);
        assert_eq!(collect(vec![(vec![1], Some(1)), (vec![], Some(0))]).await, [1]);
    }

    #[tokio::test]
    async fn an_error_on_a_later_page_comes_after_the_earlier_items() {
        let mut items = paged(|key: Option<u32>| async move {
            match key {
                None => Ok((vec![7], Some(1))),
                Some(_) => Err(ClientError::answer("page", "broken")),
            }
        });
        assert_eq!(items.try_next().await.unwrap(), Some(7));
        assert!(items.try_next().await.is_err());
    }
}
