//! The correlation id of the call at work: it follows the task and lands in every event the task causes.

use std::future::Future;

tokio::task_local! {
    static CORRELATION: String;
}

/// Runs `work` with `id` as its correlation id. A task spawned inside starts without one.
pub fn scope<F: Future>(id: String, work: F) -> impl Future<Output = F::Output> {
    CORRELATION.scope(id, work)
}

/// The correlation id in force, if any.
pub fn current() -> Option<String> {
    CORRELATION.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn is_in_force_inside_its_scope_only() {
        assert_eq!(super::current(), None);
        let inside = super::scope("c-1".to_owned(), async { super::current() }).await;
        assert_eq!(inside.as_deref(), Some("c-1"));
        assert_eq!(super::current(), None);
    }
}
