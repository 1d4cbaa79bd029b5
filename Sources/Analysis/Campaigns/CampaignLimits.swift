// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How much of what makes a campaign, and what its memory may take.
///
/// Chosen so that Wazuh's counts of one address (8 SQL injections in 120 s, 14 client
/// errors in 90 s) open one, and a person who mistypes does not.
struct CampaignLimits: Sendable {
    let attacks = LeakyBucket.Shape(capacity: 8, secondsPerPiece: 15)
    /// In one container, where half of what the source does may be enough.
    let attacksInContainer = LeakyBucket.Shape(capacity: 6, secondsPerPiece: 15)
    let errors = LeakyBucket.Shape(capacity: 12, secondsPerPiece: 10)
    let logins = LeakyBucket.Shape(capacity: 6, secondsPerPiece: 20)
    let scanner = LeakyBucket.Shape(capacity: 5, secondsPerPiece: 20)
    /// Seconds without evidence after which a source is forgotten, its campaign over.
    let quietSeconds: Int64 = 300
    /// Sources that are watched at the same time.
    var sourceCount = 4096

    /// Of one source.
    static let containerCount = 8
    static let statusCount = 16
    static let parameterCount = 16
    static let pathCount = 256
    static let examplePathCount = 5
    /// A longer name or path is cut.
    static let textCount = 96
}
