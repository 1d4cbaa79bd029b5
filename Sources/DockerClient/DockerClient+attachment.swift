// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import NIOHTTP1

/// A container's place in a network.
///
/// Source: Docker Engine API v1.41, `EndpointSettings`.
package struct NetworkAttachment: Sendable, Hashable {
    package let networkID: String
    package let networkName: String
    package let aliases: [String]
    /// Asked for by the user; empty when the engine chose.
    package let address4: String
    package let address6: String

    package init(
        networkID: String,
        networkName: String,
        aliases: [String],
        address4: String,
        address6: String
    ) {
        self.networkID = networkID
        self.networkName = networkName
        self.aliases = aliases
        self.address4 = address4
        self.address6 = address6
    }
}

/// What an act must know of a container's present state.
package struct ContainerConnections: Sendable, Hashable {
    /// Ordered by name.
    package let attachments: [NetworkAttachment]
    /// `always`, `on-failure:3`; empty when not told.
    package let restartPolicy: String
    /// The container whose network it shares; nil when it has its own, or the host's.
    package let sharedContainer: String?
}

extension DockerClient {
    /// The networks that a container is in, and its restart policy.
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func connections(of id: String) async throws -> ContainerConnections {
        let path = "/containers/\(DockerEndpoint.percentEncoded(id))/json"
        let task = "inspect container \(id.prefix(64))"
        let body = try await answer(to: path, doing: task).body
        guard let read = try? EngineJSON.decode(Inspection.self, from: body) else {
            throw DockerError(
                .badResponse,
                "cannot \(task): docker engine at \(endpoint): the answer is not the json of the"
                    + " docker api; check what listens there",
                endpoint: endpoint.description
            )
        }
        let networks = (read.NetworkSettings?.Networks ?? [:]).sorted { $0.key < $1.key }
        let restart = read.HostConfig?.RestartPolicy
        let count = restart?.MaximumRetryCount ?? 0
        return ContainerConnections(
            attachments: networks.map { name, endpoint in
                NetworkAttachment(
                    networkID: endpoint.NetworkID ?? "",
                    networkName: name,
                    aliases: endpoint.Aliases ?? [],
                    address4: endpoint.IPAMConfig?.IPv4Address ?? "",
                    address6: endpoint.IPAMConfig?.IPv6Address ?? ""
                )
            },
            restartPolicy: (restart?.Name ?? "") + (count > 0 ? ":\(count)" : ""),
            sharedContainer: Self.container(inMode: read.HostConfig?.NetworkMode ?? "")
        )
    }

    private static func container(inMode mode: String) -> String? {
        let front = "container:"
        return mode.hasPrefix(front) ? String(mode.dropFirst(front.count)) : nil
    }

    /// The labels that an image gives to its containers.
    ///
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func imageLabels(_ image: String) async throws -> [String: String] {
        let path = "/images/\(DockerEndpoint.percentEncoded(image))/json"
        let body = try await answer(to: path, doing: "inspect image \(image.prefix(80))").body
        // What cannot be read is no label.
        let read = try? EngineJSON.decode(LabelledImage.self, from: body)
        return read?.Config?.Labels ?? [:]
    }

    private struct LabelledImage: Decodable {
        let Config: Configuration?

        struct Configuration: Decodable {
            let Labels: [String: String]?
        }
    }

    /// Takes a container out of a network, also one that does not answer.
    ///
    /// - Throws: ``DockerError``
    package func disconnect(_ id: String, from network: String) async throws {
        var body = [UInt8](#"{"Force":true,"Container":"#.utf8)
        body.appendJSONString(id)
        body.append(text: "}")
        try await post(
            "/networks/\(DockerEndpoint.percentEncoded(network))/disconnect",
            body,
            doing: "disconnect container",
            id
        )
    }

    /// Puts a container into a network, with the names and addresses it had.
    ///
    /// - Throws: ``DockerError``
    package func connect(_ id: String, _ place: NetworkAttachment) async throws {
        var body = [UInt8](#"{"Container":"#.utf8)
        body.appendJSONString(id)
        body.append(text: #","EndpointConfig":{"Aliases":["#)
        for (number, alias) in place.aliases.enumerated() {
            if number > 0 { body.append(text: ",") }
            body.appendJSONString(alias)
        }
        body.append(text: "]")
        let addresses = [("IPv4Address", place.address4), ("IPv6Address", place.address6)]
            .filter { !$0.1.isEmpty }
        if !addresses.isEmpty {
            body.append(text: #","IPAMConfig":{"#)
            for (number, (name, address)) in addresses.enumerated() {
                body.append(text: (number > 0 ? "," : "") + "\"\(name)\":")
                body.appendJSONString(address)
            }
            body.append(text: "}")
        }
        body.append(text: "}}")
        let network = place.networkID.isEmpty ? place.networkName : place.networkID
        try await post(
            "/networks/\(DockerEndpoint.percentEncoded(network))/connect",
            body,
            doing: "connect container",
            id
        )
    }

    /// Whether there is a network of that name or id.
    ///
    /// - Throws: ``DockerError``
    package func hasNetwork(_ name: String) async throws -> Bool {
        do {
            _ = try await answer(
                to: "/networks/\(DockerEndpoint.percentEncoded(name))",
                doing: "look for network \(name)"
            )
            return true
        } catch let error as DockerError where error.code == .notFound {
            return false
        }
    }

    /// Whether the network of that name is one that ``makeQuarantine(_:)`` made: without a way
    /// out, and with its label; nil when there is none.
    ///
    /// - Throws: ``DockerError``
    package func isQuarantine(_ name: String) async throws -> Bool? {
        let task = "look for network \(name)"
        do {
            let path = "/networks/\(DockerEndpoint.percentEncoded(name))"
            let body = try await answer(to: path, doing: task).body
            // What cannot be read is not taken for ours.
            guard let read = try? EngineJSON.decode(Network.self, from: body) else { return false }
            return read.Internal == true && read.Labels?["jaga.network"] == "quarantine"
        } catch let error as DockerError where error.code == .notFound {
            return nil
        }
    }

    private struct Network: Decodable {
        let Internal: Bool?
        let Labels: [String: String]?
    }

    /// Makes a bridge without a way out, whose members do not reach each other
    /// either.
    ///
    /// - Throws: ``DockerError``
    package func makeQuarantine(_ name: String) async throws {
        var body = [UInt8](#"{"Name":"#.utf8)
        body.appendJSONString(name)
        body.append(
            text: #","Driver":"bridge","Internal":true,"CheckDuplicate":true,"#
                + #""Options":{"com.docker.network.bridge.enable_icc":"false"},"#
                + #""Labels":{"jaga.network":"quarantine"}}"#
        )
        try await post("/networks/create", body, doing: "make network", name)
    }

    private struct Inspection: Decodable {
        let NetworkSettings: Settings?
        let HostConfig: Host?

        struct Settings: Decodable {
            let Networks: [String: Endpoint]?
        }

        struct Endpoint: Decodable {
            let NetworkID: String?
            let Aliases: [String]?
            let IPAMConfig: Addresses?
        }

        struct Addresses: Decodable {
            let IPv4Address: String?
            let IPv6Address: String?
        }

        struct Host: Decodable {
            let RestartPolicy: Restart?
            let NetworkMode: String?
        }

        struct Restart: Decodable {
            let Name: String?
            let MaximumRetryCount: Int?
        }
    }
}
