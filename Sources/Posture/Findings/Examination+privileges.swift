// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

extension Examination {
    /// What the kernel lets it do.
    var privileges: [Finding] {
        var findings: [Finding] = []
        if container.isPrivileged { findings.append(Finding(.privileged, .critical)) }
        if let added = Self.capabilities(container.addedCapabilities) { findings.append(added) }
        let options = container.securityOptions
        if options.contains(where: { Self.isOption($0, "seccomp", "unconfined") }) {
            findings.append(Finding(.noSeccomp, .high))
        }
        let confinement = options.filter {
            Self.isOption($0, "apparmor", "unconfined")
                || (countsLabels && Self.isOption($0, "label", "disable"))
        }
        if !confinement.isEmpty || container.appArmorProfile == "unconfined" {
            findings.append(
                Finding(.noAppArmor, .high, confinement.isEmpty ? ["unconfined"] : confinement)
            )
        }
        if container.maskedPaths?.isEmpty == true || options.contains("systempaths=unconfined") {
            findings.append(Finding(.unmaskedPaths, .high))
        }
        if !forbidsNewPrivileges { findings.append(Finding(.newPrivileges, .low)) }
        if isRoot { findings.append(Finding(.rootUser, .low)) }
        if !container.hasReadOnlyRoot { findings.append(Finding(.writableRoot, .low)) }
        return findings
    }

    /// Whether SELinux's label is somebody's choice: the engine itself takes it off, also
    /// without SELinux, for what shares the host's processes or memory segments.
    private var countsLabels: Bool {
        surroundings.engine.has("selinux") && container.processMode != "host"
            && container.ipcMode != "host"
    }

    private var forbidsNewPrivileges: Bool {
        if let option = container.securityOptions.last(where: { $0.hasPrefix("no-new-privileges") })
        {
            return !option.hasSuffix("false")
        }
        return surroundings.engine.has("no-new-privileges")
    }

    /// Whether its root is the host's.
    private var isRoot: Bool {
        let user = container.user.prefix { $0 != ":" }
        guard user.isEmpty || user == "root" || user.allSatisfy({ $0 == "0" }) else { return false }
        if surroundings.engine.has("rootless") { return false }
        return !surroundings.engine.has("userns") || container.userMode == "host"
    }

    /// `seccomp=unconfined`, and `seccomp:unconfined` as it once was written.
    private static func isOption(_ option: String, _ name: String, _ value: String) -> Bool {
        option == "\(name)=\(value)" || option == "\(name):\(value)"
    }

    /// Capabilities that a container has anyway.
    ///
    /// Source: Docker's manual, "Runtime privilege and Linux capabilities".
    private static let usual: Set<String> = [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
        "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    ]
    /// Those of which each is a known way to the host; capabilities(7).
    private static let deadly: Set<String> = [
        "ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF",
    ]
    private static let dangerous: Set<String> = [
        "SYS_PTRACE", "NET_ADMIN", "SYS_BOOT", "SYS_TIME", "MAC_ADMIN", "MAC_OVERRIDE", "PERFMON",
        "SYSLOG", "CHECKPOINT_RESTORE", "AUDIT_CONTROL", "LINUX_IMMUTABLE",
    ]

    /// One finding for all that were added, as bad as the worst of them.
    private static func capabilities(_ added: [String]) -> Finding? {
        let unusual = Set(added).subtracting(usual).sorted()
        guard !unusual.isEmpty else { return nil }
        let severity: Severity =
            unusual.contains(where: deadly.contains)
            ? .critical : unusual.contains(where: dangerous.contains) ? .high : .medium
        return Finding(.capabilities, severity, unusual)
    }

    /// Which namespaces of the host it is in.
    var namespaces: [Finding] {
        var findings: [Finding] = []
        if container.networkMode == "host" { findings.append(Finding(.hostNetwork, .high)) }
        if container.processMode == "host" { findings.append(Finding(.hostProcesses, .high)) }
        if container.ipcMode == "host" { findings.append(Finding(.hostIPC, .medium)) }
        if container.utsMode == "host" { findings.append(Finding(.hostUTS, .medium)) }
        if container.userMode == "host" {
            let isRemapped = surroundings.engine.has("userns")
            findings.append(Finding(.hostUsers, isRemapped ? .high : .medium))
        }
        // Of version 1 the host's is the default, and harmless as such.
        if container.cgroupMode == "host", surroundings.engine.cgroupVersion == "2",
            !container.isPrivileged
        {
            findings.append(Finding(.hostCgroup, .medium))
        }
        return findings
    }
}
