// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Section 2, its second half.
extension AuditCheck {
    static let daemonServices = [
        AuditCheck(
            "2.11",
            "The size of devicemapper's devices is as it comes",
            why: "larger ones let one container fill the disk",
            remedy: "leave out dm.basesize"
        ) { facts in
            guard facts.engine.storageDriver == "devicemapper" else {
                return .notApplicable("the storage driver is \(facts.engine.storageDriver)")
            }
            return facts.flags { flags in
                let options = flags.list("storage-opts").filter { $0.hasPrefix("dm.basesize") }
                return options.isEmpty ? .passed("it is") : .failed("it was changed", options)
            }
        },
        AuditCheck(
            "2.12",
            "The engine asks an authorization plug-in",
            why: "without one, everybody who reaches it may do everything",
            remedy: "install one and set \"authorization-plugins\""
        ) { facts in
            let plugins = facts.engine.authorizationPlugins
            return plugins.isEmpty
                ? .manual("it asks none; judge whether all who reach it may do everything")
                : .passed("it asks \(plugins.joined(separator: ", "))")
        },
        AuditCheck(
            "2.13",
            "Containers' logs are kept elsewhere",
            why: "who breaks into the host removes what lies on it",
            remedy: "let Jaga's agent or a logging driver send them off the host"
        ) { facts in
            let driver = facts.engine.loggingDriver
            let isLocal = ["json-file", "local", "none", "journald", ""].contains(driver)
            return isLocal
                ? .manual(
                    "the driver \(driver) keeps them here; Jaga's agents send them to a manager"
                )
                : .passed("the driver is \(driver)")
        },
        AuditCheck(
            "2.14",
            "Processes gain no privileges, unless asked for",
            why: "set-uid programs in images make users root",
            remedy: "set \"no-new-privileges\": true in daemon.json"
        ) { facts in
            if facts.engine.has("no-new-privileges") { return .passed("they gain none") }
            return facts.flags { flags in
                flags.isOn("no-new-privileges", standard: false)
                    ? .passed("they gain none") : .failed("they may")
            }
        },
        AuditCheck(
            "2.15",
            "Containers go on while the engine restarts",
            why: "updating the engine is then no outage, and is done",
            remedy: "set \"live-restore\": true in daemon.json"
        ) { facts in
            if facts.engine.swarmState == "active" {
                return .notApplicable("a swarm does not allow it")
            }
            return facts.engine.hasLiveRestore ? .passed("they do") : .failed("they end with it")
        },
        AuditCheck(
            "2.16",
            "Ports are published without the userland proxy",
            why: "the kernel does it too, and hides no client's address",
            remedy: "set \"userland-proxy\": false in daemon.json"
        ) { facts in
            facts.flags { flags in
                flags.isOn("userland-proxy", standard: true)
                    ? .failed("the proxy is used") : .passed("they are")
            }
        },
        AuditCheck(
            "2.17",
            "A seccomp profile of one's own is used where it helps",
            why: "the default leaves system calls open that your containers do not need",
            remedy: "set \"seccomp-profile\" in daemon.json"
        ) { facts in
            let options = facts.engine.securityOptions
            guard let option = options.first(where: { $0.hasPrefix("name=seccomp") }) else {
                return .failed("the engine has no seccomp at all")
            }
            if option.contains("profile=unconfined") { return .failed("it is unconfined") }
            let isDefault = option.contains("profile=default") || option.contains("profile=builtin")
            return isDefault
                ? .manual("the engine's default is used; judge whether one of your own helps")
                : .passed("one is used")
        },
        AuditCheck(
            "2.18",
            "Experimental features are off",
            why: "nobody promises that they are safe",
            remedy: "leave out \"experimental\""
        ) { facts in
            facts.engine.isExperimental ? .failed("they are on") : .passed("they are off")
        },
    ]
}
