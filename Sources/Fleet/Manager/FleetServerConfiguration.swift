// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a manager's port for agents is told.
package struct FleetServerConfiguration: Sendable {
    /// Bounds of what agents may take.
    package struct Limits: Sendable, Hashable {
        /// Connections at once, of which an agent has two.
        package var connections = 24_000
        /// Connections of one address that have not asked for anything yet, and how long
        /// they have for it.
        package var strangers = 1_024
        package var handshake = Duration.seconds(15)
        /// Deliveries at once, and their bytes.
        package var deliveries = 1_024
        package var deliveryBytes = 64 << 20
        /// A request must begin within so long after the connection or the last answer, and
        /// be answered within as long again.
        package var request = Duration.seconds(40)
        /// A connection that says nothing is closed after so long; longer than a call
        /// is held.
        package var silence = Duration.seconds(30)
        /// Enrolments that are checked at once, and tries of one address with tokens that
        /// nobody made, in a minute.
        package var enrolments = 256
        package var triesPerMinute = 60

        package init() {}
    }

    package var host: String
    package var port: Int
    /// Names and addresses that its certificate has.
    package var names: [String]
    package var limits = Limits()

    package init(host: String, port: Int, names: [String]) {
        self.host = host
        self.port = port
        self.names = names
    }
}

/// A delivery that has come, of an agent who is known by its certificate.
package struct Arrival: Sendable {
    package let agent: FleetContents.Agent
    /// Where it is connected from.
    package let address: String
    /// The first sequence of the stream that it belongs to.
    package let stream: UInt64
    /// As ``DeliveryCoding`` writes it.
    package let content: [UInt8]
    /// The first sequence behind it.
    package let end: UInt64
}

/// What the port needs of the running manager.
package struct FleetServices: Sendable {
    package let authority: Authority
    package let registry: AgentRegistry
    /// What agents are to do.
    package let commands: CommandDesk
    /// Takes a delivery; gives the sequence before which everything of the stream is
    /// committed.
    ///
    /// Throws ``FleetError`` `busy` when there is no room or it takes too long, and
    /// `invalidRequest` when it is damaged.
    package let take: @Sendable (Arrival) async throws -> UInt64
    /// Milliseconds since the epoch.
    package let now: @Sendable () -> Int64

    package init(
        authority: Authority,
        registry: AgentRegistry,
        commands: CommandDesk,
        take: @escaping @Sendable (Arrival) async throws -> UInt64,
        now: @escaping @Sendable () -> Int64
    ) {
        self.authority = authority
        self.registry = registry
        self.commands = commands
        self.take = take
        self.now = now
    }
}
