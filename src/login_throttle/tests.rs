use super::*;

const GUESSER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
const OWNER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

fn throttle() -> Arc<LoginThrottle> {
    Arc::new(LoginThrottle::new(4))
}

async fn guess(throttle: &Arc<LoginThrottle>, from: IpAddr, handle: &str) -> Result<(), Wait> {
    throttle.admit(from, handle).await.map(drop)
}

/// Guesses from as many addresses.
async fn guesses_from_everywhere(throttle: &Arc<LoginThrottle>, handle: &str, many: u8) -> Result<(), Wait> {
    for n in 0..many {
        guess(throttle, [10, 1, 0, n].into(), handle).await?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn each_guess_costs_more_and_nobody_else_pays() {
    let throttle = throttle();
    for _ in 0..6 {
        guess(&throttle, GUESSER, "Joe").await.unwrap();
    }
    assert_eq!(guess(&throttle, GUESSER, "Joe").await, Err(Wait::Address(FIRST)));
    assert_eq!(guess(&throttle, GUESSER, "Other").await, Err(Wait::Address(FIRST)));
    guess(&throttle, OWNER, "Joe").await.unwrap();
    tokio::time::advance(FIRST).await;
    guess(&throttle, GUESSER, "Joe").await.unwrap();
    assert_eq!(guess(&throttle, GUESSER, "Joe").await, Err(Wait::Address(FIRST * 2)));
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        if let Err(Wait::Address(wait)) = guess(&throttle, GUESSER, "Joe").await {
            longest = longest.max(wait);
            tokio::time::advance(wait).await;
        }
    }
    assert!(longest > FIRST * 60 && longest <= LONGEST, "{longest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_right_password_takes_back_nothing_but_itself() {
    let throttle = throttle();
    for _ in 0..5 {
        guess(&throttle, GUESSER, "Joe").await.unwrap();
        throttle.admit(GUESSER, "My own").await.unwrap().passed();
    }
    guess(&throttle, GUESSER, "Joe").await.unwrap();
    assert!(matches!(guess(&throttle, GUESSER, "Joe").await, Err(Wait::Address(_))));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_answered_is_no_guess() {
    let throttle = throttle();
    for _ in 0..50 {
        throttle.admit(GUESSER, "Joe").await.unwrap().unanswered();
    }
    guess(&throttle, GUESSER, "Joe").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_guess_fades() {
    let throttle = throttle();
    for _ in 0..6 {
        guess(&throttle, GUESSER, "Joe").await.unwrap();
    }
    assert!(throttle.wait(GUESSER).is_some());
    tokio::time::advance(ADDRESS.fade * 6).await;
    for _ in 0..6 {
        guess(&throttle, GUESSER, "Joe").await.unwrap();
    }
    assert!(throttle.wait(GUESSER).is_some());
}

#[tokio::test(start_paused = true)]
async fn as_many_guesses_at_once_as_one_after_the_other() {
    let throttle = throttle();
    let calls: Vec<_> = (0..60)
        .map(|_| {
            let throttle = Arc::clone(&throttle);
            tokio::spawn(async move {
                let attempt = throttle.admit(GUESSER, "Joe").await?;
                tokio::time::sleep(Duration::from_millis(30)).await;
                drop(attempt);
                Ok::<(), Wait>(())
            })
        })
        .collect();
    let mut guesses = 0;
    for call in calls {
        guesses += u32::from(call.await.unwrap().is_ok());
    }
    assert_eq!(guesses, ADDRESS.free + 1);
}

#[tokio::test(start_paused = true)]
async fn many_right_passwords_at_once_wait_for_each_other_and_all_pass() {
    let throttle = throttle();
    let under_way = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let calls: Vec<_> = (0..60)
        .map(|_| {
            let (throttle, under_way) = (Arc::clone(&throttle), Arc::clone(&under_way));
            tokio::spawn(async move {
                let attempt = throttle.admit(OWNER, "Joe").await.unwrap();
                let others = under_way.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(30)).await;
                under_way.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                attempt.passed();
                others
            })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap() < 4);
    }
    assert_eq!(throttle.wait(OWNER), None);
}

#[tokio::test(start_paused = true)]
async fn an_account_is_guarded_against_many_addresses_and_its_owner_is_not_locked_out() {
    let throttle = throttle();
    throttle.admit(OWNER, "Joe").await.unwrap().passed();
    let held_up = guesses_from_everywhere(&throttle, "jOE", 100).await;
    assert_eq!(held_up, Err(Wait::Account(FIRST)));
    throttle.admit(OWNER, "joe").await.unwrap().passed();
    // Other accounts are as before, and so is one that is not there: the words say nothing of which is which.
    guess(&throttle, GUESSER, "Jane").await.unwrap();
    assert_eq!(guesses_from_everywhere(&throttle, "Nobody here", 100).await, Err(Wait::Account(FIRST)));
    // The one who holds a key is known by it.
    let cellar: IpAddr = [10, 0, 0, 3].into();
    assert!(guess(&throttle, cellar, "Joe").await.is_err());
    throttle.know(cellar, &Handle::parse("Joe").unwrap());
    guess(&throttle, cellar, "Joe").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_64_is_one_address() {
    let throttle = throttle();
    for n in 1..=6_u16 {
        guess(&throttle, IpAddr::from([0x2001, 0xdb8, 1, 1, 0, 0, 0, n]), "Joe").await.unwrap();
    }
    assert!(throttle.wait(IpAddr::from([0x2001, 0xdb8, 1, 1, 9, 9, 9, 9])).is_some());
    assert!(throttle.wait(IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, 1])).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_address_known_already_pushes_out_no_other() {
    let throttle = throttle();
    let joe = Handle::parse("Joe").unwrap();
    let at = |n: u32| {
        let [_, a, b, c] = n.to_be_bytes();
        IpAddr::from([11, a, b, c])
    };
    for n in 0..u32::try_from(REMEMBERED).unwrap() {
        throttle.know(at(n), &joe);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    for _ in 0..3 {
        throttle.know(at(9), &joe);
    }
    assert_eq!(throttle.lock().known.len(), REMEMBERED);
}

#[tokio::test(start_paused = true)]
async fn memory_has_a_bound_and_forgets_the_oldest() {
    let throttle = throttle();
    for n in 0..u32::try_from(REMEMBERED).unwrap() + 10 {
        let [_, a, b, c] = n.to_be_bytes();
        let (from, handle) = (IpAddr::from([11, a, b, c]), format!("Caller {n}"));
        guess(&throttle, from, &handle).await.unwrap();
        throttle.know(from, &Handle::parse(&handle).unwrap());
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    let counts = throttle.lock();
    assert!(counts.addresses.len() <= REMEMBERED && counts.accounts.len() <= REMEMBERED);
    assert!(counts.known.len() <= REMEMBERED);
    assert!(!counts.addresses.contains_key(&IpAddr::from([11, 0, 0, 1])));
}

#[test]
fn a_wait_is_said_in_words() {
    let said = |seconds| Wait::Address(Duration::from_secs(seconds)).to_string();
    assert!(said(1).ends_with("Call back in 1 second."));
    assert!(said(119).ends_with("Call back in 119 seconds."));
    assert!(said(121).ends_with("Call back in 3 minutes."));
    assert_eq!(Wait::Account(Duration::from_millis(3350)).seconds(), 4);
}

#[test]
fn the_log_has_handles_and_nothing_else() {
    assert_eq!(loggable("Zero Cool"), "Zero Cool");
    for other in ["", "hunter2!", "a\0b", "four brass lanterns hum softly", "\u{1b}[2J"] {
        assert_eq!(loggable(other), "(not a handle)", "{other:?}");
    }
}
