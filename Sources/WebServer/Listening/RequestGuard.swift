// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// What a request must have before a route looks at it: a host that is ours,
/// an origin that is the host, the session's secret when it changes something.
struct RequestGuard: Sendable {
    /// Hosts that are answered, in lower case and without port; nil for all.
    ///
    /// On loopback a foreign name means that a page made a browser believe that its
    /// own host has our address (DNS rebinding).
    private let hosts: Set<String>?

    init(isLoopback: Bool, names: [String]) {
        guard isLoopback else {
            hosts = nil
            return
        }
        hosts = Set(["localhost", "127.0.0.1", "[::1]"] + names.map { $0.lowercased() })
    }

    /// - Throws: ``Problem`` `unknown-host`, `foreign-origin`.
    func check(_ head: HTTPRequest) throws(Problem) {
        if let hosts {
            guard let host = Self.host(head.authority), hosts.contains(host) else {
                throw Problem(
                    .misdirectedRequest,
                    "unknown-host",
                    "this server has another name; add this one to its names to ask by it"
                )
            }
        }
        guard !Self.isSafe(head.method) else { return }
        let isForeign =
            Self.isForeign(head.headerFields[.origin], head.authority)
            || Self.isForeign(site: head.headerFields[.secFetchSite])
        if isForeign {
            throw Problem(
                .forbidden,
                "foreign-origin",
                "a page of another origin may not ask this"
            )
        }
    }

    /// A session's request that changes something carries its secret.
    ///
    /// - Throws: ``Problem`` `csrf`.
    func check(_ head: HTTPRequest, of caller: Caller) throws(Problem) {
        guard case .session = caller.proof, !Self.isSafe(head.method) else { return }
        let sent = [UInt8]((head.headerFields[.csrf] ?? "").utf8)
        guard let csrf = caller.csrf, ConstantTime.equal(sent, [UInt8](csrf.utf8)) else {
            throw Problem(
                .forbidden,
                "csrf",
                "the header X-Jaga-CSRF must carry the session's csrf; GET /api/v1/session tells it"
            )
        }
    }

    private static func isSafe(_ method: HTTPRequest.Method) -> Bool {
        method == .get || method == .head
    }

    private static func isForeign(_ origin: String?, _ authority: String?) -> Bool {
        guard let origin else { return false }
        guard let scheme = origin.firstRange(of: "://") else { return true }
        return origin[scheme.upperBound...].lowercased() != authority?.lowercased()
    }

    private static func isForeign(site: String?) -> Bool {
        guard let site else { return false }
        return site != "same-origin" && site != "none"
    }

    /// The host without its port, in lower case.
    private static func host(_ authority: String?) -> String? {
        guard let authority = authority?.lowercased(), !authority.isEmpty else { return nil }
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            return String(authority[...end])
        }
        return authority.split(separator: ":").first.map(String.init)
    }
}

extension HTTPField.Name {
    /// Carries a session's secret.
    static let csrf = named("X-Jaga-CSRF")
    /// Which pages sent a request.
    ///
    /// Source: Fetch Metadata Request Headers.
    static let secFetchSite = named("Sec-Fetch-Site")

    /// A name of ours, known to be well-formed.
    private static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("\(name) is no name of a header")
        }
        return name
    }
}
