// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a user may do; each role may do what those before it may.
package enum Role: String, Sendable, Codable, CaseIterable, Comparable {
    /// Sees everything.
    case viewer
    /// Works with alerts.
    case analyst
    /// Answers attacks.
    case responder
    /// Changes settings, rules and users.
    case administrator

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .analyst: 1
        case .responder: 2
        case .administrator: 3
        }
    }
}

/// Who sends a request, found out by the server.
struct Caller: Sendable {
    /// What proved it.
    enum Proof: Sendable, Hashable {
        case session(SecretDigest)
        case token(id: String)
    }

    let user: String
    let role: Role
    let proof: Proof
    /// What a session's changing requests carry; nil for a token.
    let csrf: String?
    /// Milliseconds since the epoch; nil when it does not expire.
    let expires: Int64?
}
