// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

extension Examination {
    private static let dayNanoseconds: Int64 = 86_400_000_000_000
    /// Builds that are alike everywhere bear dates of the seventies and eighties.
    private static let firstDate = EngineTime(seconds: 1_356_998_400)
    private static let loopRestarts = 5
    private static let loopNanoseconds: Int64 = 600_000_000_000

    /// Image, environment, ports, restarts.
    var content: [Finding] {
        var findings: [Finding] = []
        let secrets = container.environment.filter(SecretShape.matches).map(\.name)
        if !secrets.isEmpty {
            let names = Self.unique(secrets.map { String($0.prefix(128)) })
            findings.append(Finding(.secretInEnvironment, .medium, Array(names.prefix(64))))
        }
        if let open = openPorts { findings.append(open) }
        if isInLoop { findings.append(Finding(.restartLoop, .medium)) }
        if isOld { findings.append(Finding(.oldImage, .low)) }
        if Self.hasMovingTag(container.image) { findings.append(Finding(.latestTag, .low)) }
        return findings
    }

    private var openPorts: Finding? {
        let open = container.ports.filter(\.isOnAllAddresses).map { port in
            port.hostPort.isEmpty ? port.containerPort : "\(port.hostPort) (\(port.containerPort))"
        }
        if open.isEmpty {
            guard container.publishesAllPorts, container.ports.isEmpty else { return nil }
            return Finding(.openPort, .medium, ["all exposed ports"])
        }
        return Finding(.openPort, .medium, Self.unique(open))
    }

    /// Its engine starts it again and again, and the last start is not long ago.
    private var isInLoop: Bool {
        guard container.restartCount >= Self.loopRestarts else { return false }
        if container.state == .restarting { return true }
        guard container.state == .running, let started = container.startedAt else { return false }
        return now.nanoseconds(since: started) < Self.loopNanoseconds
    }

    private var isOld: Bool {
        guard let created = surroundings.imageCreatedAt, created > Self.firstDate else {
            return false
        }
        let days = now.nanoseconds(since: created) / Self.dayNanoseconds
        return days >= surroundings.imageAgeLimit
    }

    /// Whether a reference has no tag, or `latest`; one by digest or id is fixed.
    static func hasMovingTag(_ image: String) -> Bool {
        if image.isEmpty || image.contains("@") || image.hasPrefix("sha256:") { return false }
        if image.utf8.count >= 12, image.allSatisfy(\.isHexDigit) { return false }
        let name = image.split(separator: "/").last ?? ""
        guard let colon = name.lastIndex(of: ":") else { return true }
        return name[name.index(after: colon)...] == "latest"
    }

    /// What it may use up.
    var limits: [Finding] {
        var findings: [Finding] = []
        if container.memoryLimit <= 0 { findings.append(Finding(.noMemoryLimit, .low)) }
        if (container.processLimit ?? 0) <= 0 { findings.append(Finding(.noProcessLimit, .low)) }
        return findings
    }
}
