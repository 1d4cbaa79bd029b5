// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

extension Examination {
    /// Paths, sockets and devices of the host.
    var hostParts: [Finding] {
        var sockets: [String] = []
        var paths: [(text: String, severity: Severity)] = []
        var shared: [String] = []
        for mount in container.mounts {
            if mount.propagation == "shared" || mount.propagation == "rshared" {
                shared.append(mount.destination)
            }
            guard let source = hostPath(of: mount) else { continue }
            let path = SensitivePath.normalised(source)
            if SensitivePath.isEngineSocket(path) {
                sockets.append(path)
            } else if let severity = SensitivePath.severity(of: path, isWritable: mount.isWritable)
            {
                paths.append((mount.isWritable ? path : "\(path) (read-only)", severity))
            }
        }
        var findings: [Finding] = []
        if !sockets.isEmpty {
            findings.append(Finding(.dockerSocket, .critical, Self.unique(sockets)))
        }
        if let worst = paths.map(\.severity).max() {
            findings.append(Finding(.hostPath, worst, Self.unique(paths.map(\.text))))
        }
        if !shared.isEmpty { findings.append(Finding(.sharedMount, .medium, Self.unique(shared))) }
        if let devices { findings.append(devices) }
        return findings
    }

    /// Where on the host a mount lies; nil when it is not of the host's tree.
    private func hostPath(of mount: ContainerConfiguration.Mount) -> String? {
        switch mount.kind {
        case "bind": return mount.source
        case "volume":
            // A volume can stand for any folder: `o=bind,device=/`.
            let device = surroundings.volumeDevices[mount.volume] ?? ""
            return device.hasPrefix("/") ? device : nil
        default: return nil
        }
    }

    /// Parts of names of devices that are a disk, or memory.
    private static let disks = ["sd", "vd", "xvd", "nvme", "dm-", "hd", "md", "mmcblk", "loop"]

    private var devices: Finding? {
        let paths = Self.unique(container.devices.map(SensitivePath.normalised))
        guard !paths.isEmpty || !container.deviceRules.isEmpty else { return nil }
        var severity = Severity.medium
        for path in paths {
            guard path.hasPrefix("/dev") else { continue }
            let name = path.dropFirst("/dev/".count)
            let isDisk = Self.disks.contains { name.hasPrefix($0) } || name.hasPrefix("mapper")
            if isDisk || ["", "mem", "kmem", "port"].contains(name) { severity = .critical }
        }
        let opensAll = container.deviceRules.contains { $0.hasPrefix("a ") || $0.contains("b *") }
        if opensAll { severity = max(severity, .high) }
        return Finding(.devices, severity, paths + container.deviceRules.sorted())
    }

    static func unique(_ texts: [String]) -> [String] { Set(texts).sorted() }
}
