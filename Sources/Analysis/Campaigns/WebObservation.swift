// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a campaign is told of one request of an access log.
struct WebObservation: Sendable {
    /// What speaks for an attack, if anything does.
    struct Evidence: Sendable {
        /// Index into ``WebAttack/Kind/allCases``; nil when the request has no attack.
        var attack: Int?
        /// Whether an attack is sure and was answered with 2xx.
        var isAnswered = false
        /// Name of the attacked parameter, or what stands for one.
        var parameter: [UInt8] = []
        /// Whether a client error was answered.
        var isError = false
        /// What a login that looks failed weighs, in thousandths; 0 for none.
        var login: Int64 = 0
        /// A tool that the request itself names, and by what.
        var tool: ToolSign?
        /// Whether the attack looks as sqlmap's do.
        var isLikeSQLMap = false
        /// The request's path, cut.
        var path: [UInt8] = []
        /// Of the whole path.
        var pathHash: UInt64 = 0
    }

    /// Hash of agent and address, by which the source is found.
    let source: UInt64
    /// The address as the log has it; empty when there is no evidence.
    var address: [UInt8] = []
    /// From 100 to 599; 0 when the log has none.
    let status: Int
    /// When it was sent, as well as that is known; seconds since the epoch.
    let time: Int64
    var evidence: Evidence?
}
