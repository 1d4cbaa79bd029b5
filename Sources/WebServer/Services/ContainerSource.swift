// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The engine's containers and their logs.
package protocol ContainerSource: Sendable {
    /// All containers that exist now, also those that stand still.
    ///
    /// An engine that cannot be reached is an answer, not an error.
    func inventory() async -> ContainerInventory

    /// The container of an id, the beginning of one, or a name; nil when there
    /// is none.
    ///
    /// - Throws: ``ContainerSourceError``.
    func container(_ idOrName: String) async throws -> ContainerState?

    /// Lines of a container's log, oldest first, at most `query.tail`.
    ///
    /// - Throws: ``ContainerSourceError``.
    func log(_ id: String, _ query: ContainerLogQuery) async throws -> [ContainerLogLine]

    /// The last `tail` lines of a container's log and those to come, until the
    /// container ends or the reader stops.
    ///
    /// - Throws: ``ContainerSourceError``, also from the stream.
    func follow(
        _ id: String,
        tail: Int
    ) async throws -> AsyncThrowingStream<ContainerLogLine, any Error>
}

/// Which lines of a log are meant.
package struct ContainerLogQuery: Sendable, Hashable {
    /// At most so many, the last ones.
    package var tail: Int
    /// Times in milliseconds since the epoch: the first that counts, and the
    /// first that counts no more; nil for no limit.
    package var since: Int64?
    package var until: Int64?

    package init(tail: Int, since: Int64? = nil, until: Int64? = nil) {
        self.tail = tail
        self.since = since
        self.until = until
    }
}

/// A line of a container's log.
package struct ContainerLogLine: Sendable, Hashable {
    package enum Stream: String, Sendable {
        case stdout, stderr
    }

    /// Milliseconds since the epoch.
    package let time: Int64
    package let stream: Stream
    /// As it came, without the line's end; perhaps no UTF-8.
    package let text: [UInt8]

    package init(time: Int64, stream: Stream, text: [UInt8]) {
        self.time = time
        self.stream = stream
        self.text = text
    }
}

/// What the engine has.
package struct ContainerInventory: Sendable {
    package let isConnected: Bool
    /// The engine and its version, or why it cannot be reached.
    package let detail: String
    package let containers: [ContainerState]

    package init(isConnected: Bool, detail: String, containers: [ContainerState]) {
        self.isConnected = isConnected
        self.detail = detail
        self.containers = containers
    }
}

/// A container, as the engine tells it.
package struct ContainerState: Sendable, Hashable {
    /// A published or exposed port.
    package struct Port: Sendable, Hashable {
        /// Address of the host; nil when it is not published.
        package let address: String?
        package let publicPort: Int?
        package let privatePort: Int
        /// `tcp`, `udp`, `sctp`.
        package let kind: String

        package init(address: String?, publicPort: Int?, privatePort: Int, kind: String) {
            self.address = address
            self.publicPort = publicPort
            self.privatePort = privatePort
            self.kind = kind
        }
    }

    /// Its place in a compose file.
    package struct Compose: Sendable, Hashable {
        package let project: String
        package let service: String

        package init(project: String, service: String) {
            self.project = project
            self.service = service
        }
    }

    /// 64 digits.
    package var id: String
    /// Without a slash.
    package var name: String
    package var image: String
    package var imageID: String
    /// `created`, `running`, `paused`, `restarting`, `exited`, `dead`, `removed`.
    package var state: String
    /// In the engine's words: `Up 2 hours (healthy)`.
    package var status: String
    /// Milliseconds since the epoch; nil when not known.
    package var created: Int64?
    package var ports: [Port]
    package var labels: [String: String]
    package var compose: Compose?
    /// `json-file`, `local`, `journald`; nil when not known.
    package var logDriver: String?

    package init(id: String, name: String, image: String, state: String) {
        self.id = id
        self.name = name
        self.image = image
        self.state = state
        imageID = ""
        status = ""
        ports = []
        labels = [:]
    }
}

/// Why the engine did not answer.
package struct ContainerSourceError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, Equatable {
        /// No engine is connected, or it went away.
        case unavailable = "engine-unavailable"
        /// There is no such container any more.
        case notFound = "not-found"
        /// The container's log driver keeps nothing that can be read.
        case noLog = "no-log"
    }

    package let code: Code
    /// What failed, on which thing, and what to do; lower case, no full stop.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
