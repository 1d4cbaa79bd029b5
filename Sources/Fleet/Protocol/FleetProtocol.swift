// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// What agents and managers say to each other: docs/spec/fleet.md.
package enum FleetProtocol {
    /// The version that this build speaks first.
    package static let version = 1
    /// The oldest that it understands: N and N−1.
    package static let oldest = 1

    /// Paths begin so.
    static let base = "/fleet/v1"

    /// The longest body of a request that is no delivery.
    static let messageLimit = 64 << 10
    /// The longest body of results: a payload as text in JSON may be twice as long.
    static let resultLimit = 1 << 20
    /// The version of the command channel.
    package static let channel = 1
    /// The longest delivery, compressed and as it is.
    package static let deliveryLimit = 2 << 20
    package static let contentLimit = 8 << 20
    /// How long a manager holds a call, at most, until it has something to say.
    package static let holdSeconds = 10

    /// Whether a manager and an agent can speak, by what the other one says.
    static func understands(_ text: String?) -> Bool {
        guard let text, let number = Int(text) else { return false }
        return (oldest...version).contains(number)
    }
}

extension HTTPField.Name {
    /// The version of the sender.
    static var fleetVersion: HTTPField.Name { name("Jaga-Fleet") }
    /// The first sequence of a stream, which names it.
    static var fleetStream: HTTPField.Name { name("Jaga-Stream") }
    /// The first sequence behind a delivery.
    static var fleetEnd: HTTPField.Name { name("Jaga-End") }

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is no name of a field")
        }
        return name
    }
}

/// What a manager tells anyone: how to know it.
struct AuthorityAnswer: Sendable, Codable {
    /// PEM.
    let authority: String
    /// What its certificate is for.
    let names: [String]
    /// Milliseconds since the epoch.
    let time: Int64
}

/// How an agent asks to be let in.
struct EnrolmentMessage: Sendable, Codable {
    let token: String
    let secret: String
    let name: String
    /// PKCS #10 as PEM.
    let request: String
}

/// The answer to it, and to a renewal.
struct CertificateAnswer: Sendable, Codable {
    let id: String
    /// PEM.
    let certificate: String
}

/// How an agent asks for a new certificate.
struct RenewalMessage: Sendable, Codable {
    /// PKCS #10 as PEM.
    let request: String
}

/// What an agent tells with each call.
package struct CallMessage: Sendable, Hashable, Codable {
    package var telling: AgentRegistry.Telling
    /// Whether it is the first of a run.
    package var isFirst: Bool
    /// Whether it is the last.
    package var isLast: Bool
    /// The last restart that it did.
    package var restarts: Int
    /// The version of the command channel that it understands; nil for none.
    package var channel: Int?
    /// Commands that it has, and whose results nobody has.
    package var held: [String]?

    package init(telling: AgentRegistry.Telling, isFirst: Bool, isLast: Bool, restarts: Int) {
        self.telling = telling
        self.isFirst = isFirst
        self.isLast = isLast
        self.restarts = restarts
    }
}

/// What the manager answers to a call.
package struct CallAnswer: Sendable, Hashable, Codable {
    /// Milliseconds since the epoch.
    package let time: Int64
    package let groups: [String]
    /// The last restart that was asked for.
    package let restarts: Int
    /// What the agent is to do; only for those that said they understand it.
    package var commands: [CommandMessage]?
}

/// The answer to a delivery.
struct DeliveryAnswer: Sendable, Codable {
    /// Everything before this sequence is committed.
    let committed: UInt64
}

/// Why a request was refused.
struct RefusalAnswer: Sendable, Codable {
    let code: FleetError.Code
    let message: String
}
