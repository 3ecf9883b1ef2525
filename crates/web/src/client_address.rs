//! Which address a request counts for: only trusted hops are believed, from the right (ASVS 15.3.4).

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// The client's address: the peer's, or, behind trusted proxies, the first hop from the right that is not one of them. A
/// malformed hop ends the walk at the last one that was believed. An IPv6 address counts as its /64.
pub fn of(peer: Option<IpAddr>, forwarded: &[&str], trusted: &[IpNet]) -> String {
    let Some(peer) = peer else { return "unknown".to_owned() };
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address.to_canonical()));
    let mut address = peer;
    for hop in forwarded.iter().rev().flat_map(|header| header.rsplit(',')) {
        if !is_trusted(address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next,
            Err(_) => break,
        }
    }
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) if v6.is_loopback() => v6.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_hops_count_from_the_right() {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let from = |peer: &str, forwarded: &[&str]| of(Some(peer.parse().unwrap()), forwarded, &proxies);
        assert_eq!(from("203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(from("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"]), "1.2.3.4");
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(from("10.0.0.1", &["1.2.3.4, nonsense"]), "10.0.0.1");
        assert_eq!(from("2001:db8:1:2:3::9", &[]), "2001:db8:1:2::/64");
    }
}
