// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an engine remembers, in words that another engine understands: rules by id
/// and text, agents by id, fields by name.
struct EngineState: Sendable {
    /// A rule that something is remembered of.
    struct RuleState: Sendable {
        let id: Int
        /// See ``Rule/fingerprint``.
        let fingerprint: UInt64
        let firedCount: Int
        /// When its `ignore` began, in seconds since the epoch.
        let silentSince: Int64?
    }

    /// An event of the correlation's memory; ranges lie in its bytes.
    struct Event: Sendable {
        /// Index into ``EngineState/rules``.
        let rule: Int
        /// Index into ``EngineState/agents``.
        let agent: Int
        let arrival: Int64
        let category: UInt8
        let claimedLevel: Int
        let hasFields: Bool
        let isKept: Bool
        let bytes: [UInt8]
        let textCount: Int
        let log: Range<Int>
        /// By ``EngineState/slots``; nil for a value that is absent.
        let values: [Range<Int>?]
    }

    /// The last output of a command.
    struct Output: Sendable {
        /// Index into ``EngineState/rules``.
        let rule: Int
        let hostname: [UInt8]
        let output: [UInt8]
    }

    /// What `accumulate` keeps of a session.
    struct Session: Sendable {
        let key: [UInt8]
        let time: Int64
        /// In the order of ``Accumulator/fields``.
        let values: [[UInt8]]
    }

    /// What a correlation of Sigma counted for a group.
    struct SigmaGroup: Sendable {
        /// Index into ``EngineState/rules``.
        let rule: Int
        /// Hash of the group, which begins with ``EngineState/sigmaSeed``.
        let key: UInt64
        let last: Int64
        /// Oldest first.
        let times: [Int64]
        let values: [(hash: UInt64, seen: Int64)]
    }

    var rules: [RuleState] = []
    var agents: [[UInt8]] = []
    /// Names of the values that events have.
    var slots: [[UInt8]] = []
    /// In the order of arrival.
    var events: [Event] = []
    /// Keys of `if_fts`, the oldest first.
    var firstTimeKeys: [[UInt8]] = []
    /// The last of those, which similar ones are compared with.
    var recentKeys: [[UInt8]] = []
    var outputs: [Output] = []
    var sessions: [Session] = []
    /// The hour that ``RuleState/firedCount`` counts; see ``FiringClock/hour``.
    var hour: Int64?
    var sigmaSeed: UInt64 = 0
    var sigmaGroups: [SigmaGroup] = []
    /// Sources of access lines that are watched, the longest quiet first.
    var campaigns: [Campaign] = []
    /// What `#Fields:` said last, by location.
    var layouts: [(location: [UInt8], line: [UInt8])] = []
}
