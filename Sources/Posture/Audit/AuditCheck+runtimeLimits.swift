// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Section 5, the rest: limits, namespaces, mounts.
extension AuditCheck {
    static let runtimeLimits = [
        shared("5.11", .noMemoryLimit, "Each container has a memory limit"),
        AuditCheck(
            "5.12",
            "Each container has a share of the processors",
            why: "one of them could starve the others",
            remedy: "start it with --cpus or --cpu-shares"
        ) { facts in
            facts.containers("each has", "these have none") { container in
                let made = container.configuration
                let isSet =
                    made.nanoCPUs > 0 || made.cpuQuota > 0
                    || (made.cpuShares > 0 && made.cpuShares != 1_024)
                return isSet ? nil : ""
            }
        },
        shared("5.13", .writableRoot, "Root file systems of containers are read-only"),
        shared("5.14", .openPort, "Ports are published on one address, not on all"),
        AuditCheck(
            "5.15",
            "Containers that fail are started again five times, not for ever",
            why: FindingKind.restartLoop.why,
            remedy: "start them with --restart on-failure:5"
        ) { facts in
            facts.containers("no more often", "these for ever, or more often") { container in
                let policy = container.configuration.restartPolicy
                let limit = container.configuration.restartLimit
                switch policy {
                case "", "no": return nil
                case "on-failure": return (1...5).contains(limit) ? nil : "on-failure:\(limit)"
                default: return policy
                }
            }
        },
        shared("5.16", .hostProcesses, "No container sees the host's processes"),
        shared("5.17", .hostIPC, "No container shares the host's memory segments"),
        AuditCheck(
            "5.18",
            "No device of the host is in a container",
            why: FindingKind.devices.why,
            remedy: FindingKind.devices.remedy
        ) { facts in
            facts.containers("none is", "these have one") { container in
                let devices = container.configuration.devices
                return devices.isEmpty ? nil : unique(devices)
            }
        },
        AuditCheck(
            "5.19",
            "Limits on files and processes are the engine's, unless needed",
            why: "a container's own may be higher",
            remedy: "leave out --ulimit where the engine's default does"
        ) { facts in
            let own = facts.containers.filter(\.configuration.hasUlimits).map(\.name)
            if own.isEmpty { return .passed("no container has its own") }
            return .manual("judge whether these need their own: \(own.joined(separator: ", "))")
        },
        shared("5.20", .sharedMount, "No mount spreads to the host"),
        shared("5.21", .hostUTS, "No container shares the host's name"),
        shared("5.22", .noSeccomp, "Seccomp is on in each container"),
        AuditCheck(
            "5.23",
            "Nothing is executed in containers with all privileges",
            why: "docker exec --privileged undoes the container's limits",
            remedy: "leave out --privileged"
        ) { _ in .manual("Jaga alerts on it when it is done: rule 501023") },
        AuditCheck(
            "5.24",
            "Nothing is executed in containers as root",
            why: "docker exec --user root undoes the image's USER",
            remedy: "leave out --user root"
        ) { _ in .manual("Jaga alerts on it in containers that were quiet: rule 501022") },
        AuditCheck(
            "5.25",
            "Containers are in the engine's control group",
            why: "another one can take limits away",
            remedy: "leave out --cgroup-parent"
        ) { facts in
            facts.containers("they are", "these are in another") { container in
                let parent = container.configuration.cgroupParent
                return ["", "docker", "/docker", "system.slice"].contains(parent) ? nil : parent
            }
        },
        shared("5.26", .newPrivileges, "Processes in containers gain no privileges"),
        AuditCheck(
            "5.27",
            "The health of each container is checked",
            why: "a broken service is then seen, and replaced",
            remedy: "add HEALTHCHECK to its image, or start it with --health-cmd"
        ) { facts in
            facts.containers("it is", "of these it is not") {
                $0.configuration.hasHealthCheck ? nil : ""
            }
        },
        AuditCheck(
            "5.28",
            "Containers run the version of their image that is meant",
            why: "a tag that moves brings what nobody has looked at",
            remedy: FindingKind.latestTag.remedy
        ) { facts in
            facts.containers(with: .latestTag, "each names a version", "these name none")
        },
        shared("5.29", .noProcessLimit, "Each container has a limit on its processes"),
        AuditCheck(
            "5.30",
            "Containers are not on the default bridge",
            why: "there all see each other, and find none by name",
            remedy: "make a network for those that belong together"
        ) { facts in
            facts.containers("none is", "these are") { container in
                let made = container.configuration
                let isThere =
                    made.networks.contains("bridge")
                    || ["default", "bridge"].contains(made.networkMode)
                return isThere ? "" : nil
            }
        },
        shared("5.31", .hostUsers, "No container takes back the mapping of users"),
        shared("5.32", .dockerSocket, "The engine's socket is in no container"),
    ]
}
