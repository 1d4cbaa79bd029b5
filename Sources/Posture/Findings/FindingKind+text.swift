// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension FindingKind {
    typealias Text = (title: String, why: String, remedy: String)

    var text: Text {
        isolation ?? hostPart ?? content
    }

    private var isolation: Text? {
        switch self {
        case .privileged:
            (
                "privileged container",
                "it has every capability, all devices and no confinement: whoever is root in it is"
                    + " root on the host",
                "start it without --privileged; add the one capability or device it needs"
            )
        case .capabilities:
            (
                "dangerous capabilities added",
                "the kernel lets its root do what containers are kept from",
                "drop them (--cap-drop ALL) and add back only what the program asks for"
            )
        case .noSeccomp:
            (
                "seccomp is off",
                "every system call of the kernel can be attacked from it",
                "leave out seccomp=unconfined, or give a profile that allows what it needs"
            )
        case .noAppArmor:
            (
                "AppArmor or SELinux is off",
                "nothing but file permissions confines it once it breaks out",
                "leave out apparmor=unconfined and label=disable, or give a profile"
            )
        case .unmaskedPaths:
            (
                "kernel files in /proc are not hidden",
                "files of /proc and /sys that tell of the kernel, or steer it, are there",
                "leave out systempaths=unconfined"
            )
        case .newPrivileges:
            (
                "processes may gain privileges",
                "a set-uid program in the image makes its user root",
                "start it with --security-opt no-new-privileges"
            )
        case .rootUser:
            (
                "runs as root",
                "a break-out from it begins as root on the host",
                "give the image a USER, or start it with --user UID:GID"
            )
        case .writableRoot:
            (
                "root file system can be written",
                "what breaks in can stay in it and change its programs",
                "start it with --read-only, and --tmpfs for what it must write"
            )
        default: nil
        }
    }

    private var hostPart: Text? {
        switch self {
        case .dockerSocket:
            (
                "engine's socket inside",
                "whoever reads and writes it starts a privileged container; read-only changes nothing",
                "take the mount out, or put a proxy that allows single requests before it"
            )
        case .hostPath:
            (
                "sensitive path of the host inside",
                "the host's accounts, programs or kernel can be read or changed from it",
                "mount the one file it needs, read-only, or use a volume"
            )
        case .devices:
            (
                "devices of the host inside",
                "a disk or the memory can be read and written past all permissions",
                "give only the device it needs, with the rights it needs"
            )
        case .hostNetwork:
            (
                "shares the host's network",
                "it reaches services on loopback, listens on any port and sees all traffic",
                "give it a network of its own and publish its ports"
            )
        case .hostProcesses:
            (
                "sees the host's processes",
                "it reads their environment and memory, and can end them",
                "start it without --pid host"
            )
        case .hostIPC:
            (
                "shares the host's memory segments",
                "it reads and changes what programs of the host share",
                "start it without --ipc host"
            )
        case .hostUTS:
            (
                "shares the host's name",
                "it can rename the host, which others trust by name",
                "start it without --uts host"
            )
        case .hostUsers:
            (
                "users are not remapped",
                "its root is the host's root, though the engine would remap it",
                "start it without --userns host"
            )
        case .hostCgroup:
            (
                "shares the host's control groups",
                "it sees the limits of all containers and, with a capability, changes them",
                "start it without --cgroupns host"
            )
        case .sharedMount:
            (
                "mounts spread to the host",
                "what it mounts appears on the host and in other containers",
                "use rprivate or rslave instead of rshared"
            )
        default: nil
        }
    }

    private var content: Text {
        switch self {
        case .secretInEnvironment:
            (
                "secrets in the environment",
                "all of its processes, docker inspect and many crash reports show them",
                "give them as files: --secret in Swarm, secrets: in compose, NAME_FILE variables"
            )
        case .openPort:
            (
                "port open on all addresses",
                "everybody who reaches the host reaches it, past many firewalls' rules",
                "publish it on the address that needs it: -p 127.0.0.1:8080:80"
            )
        case .restartLoop:
            (
                "starts again and again",
                "it crashes, is being attacked, or lacks something; each start hides the one before",
                "look at docker logs, and use on-failure:5 as its restart policy"
            )
        case .oldImage:
            (
                "old image",
                "mended flaws of its packages are still in it",
                "build or pull it anew"
            )
        case .latestTag:
            (
                "image without a fixed version",
                "nobody knows what the next pull brings",
                "name a version, better a digest"
            )
        case .noMemoryLimit:
            (
                "no memory limit",
                "it can take all memory of the host",
                "start it with --memory"
            )
        default:
            (
                "no limit on processes",
                "a fork bomb in it stops the host",
                "start it with --pids-limit"
            )
        }
    }
}
