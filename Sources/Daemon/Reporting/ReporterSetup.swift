// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Transport

/// What `<client>` says, as the agent understands it.
struct ReporterSetup {
    private let data: DataFolder
    private let hostname: String
    private let settings: ClientSettings
    private let notice: @Sendable (OperatorNotice) -> Void

    init(
        _ configuration: AllInOne.Configuration,
        _ settings: ClientSettings,
        _ notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        data = configuration.data
        hostname = configuration.hostname
        self.settings = settings
        self.notice = notice
    }

    func client(version: String) -> ClientConfiguration {
        var client = ClientConfiguration(
            servers: settings.servers.map { server in
                var made = ClientConfiguration.Server(
                    host: server.host,
                    port: server.port,
                    maxRetries: server.maxRetries,
                    retryInterval: .seconds(server.retrySeconds)
                )
                made.way = server.usesUDP ? .datagrams : .stream
                return made
            },
            root: data.reporting,
            uname: SystemName.line(wazuhVersion: version),
            version: version
        )
        client.method = settings.usesBlowfish ? .blowfish : .aes
        client.notifyInterval = .seconds(settings.notifySeconds)
        client.silence = .seconds(settings.silenceSeconds)
        client.reconnection = settings.reconnectSeconds.map { .seconds($0) }
        client.labels = settings.labels.map {
            KeepAlive.Label(key: $0.key, value: $0.value, isHidden: $0.isHidden)
        }
        client.eventsPerSecond = settings.eventsPerSecond ?? 0
        client.enrolment = settings.enrolment.flatMap(enrolment)
        return client
    }

    private func enrolment(
        _ settings: ClientSettings.Enrolment
    ) -> ClientConfiguration.Enrolment? {
        let name = settings.name ?? AgentName.from(hostname: hostname)
        guard AgentName.isValid(name), name != "localhost" else {
            notice(
                .maintenanceFailed(
                    "\"\(name)\" is no name to enrol with: write <agent_name> into <enrollment>"
                )
            )
            return nil
        }
        var enrolment = ClientConfiguration.Enrolment(name: name)
        enrolment.host = settings.host
        enrolment.port = settings.port
        enrolment.groups = settings.groups
        enrolment.address = settings.address
        enrolment.authority = settings.authority.map(path)
        enrolment.certificate = settings.certificate.map(path)
        enrolment.key = settings.key.map(path)
        enrolment.delay = .seconds(settings.delaySeconds)
        enrolment.password = password(path(settings.passwordFile))
        return enrolment
    }

    /// The first line of the file; without the file no password is sent.
    private func password(_ file: String) -> String? {
        guard FileSystem.isFile(file) else { return nil }
        do {
            let bytes = try FileSystem.contents(of: file, limit: 64 << 10)
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
        } catch {
            notice(.maintenanceFailed("\(error)"))
            return nil
        }
    }

    private func path(_ path: String) -> String {
        path.hasPrefix("/") ? path : data.reporting + "/" + path
    }
}
