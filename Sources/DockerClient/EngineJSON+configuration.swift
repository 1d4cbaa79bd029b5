// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension EngineJSON {
    /// An inspection of a container, as far as it says how it may run.
    struct Configured: Decodable {
        let Id: String?
        let Name: String?
        let Created: String?
        let Image: String?
        let AppArmorProfile: String?
        let RestartCount: Int?
        let State: State?
        let Config: Config?
        let HostConfig: Host?
        let Mounts: [Mount]?
        let NetworkSettings: Networking?

        struct State: Decodable {
            let Status: String?
            let StartedAt: String?
        }

        struct Config: Decodable {
            let Image: String?
            let Labels: [String: String]?
            let User: String?
            let Env: [String]?
            let Healthcheck: Check?
        }

        struct Check: Decodable {
            let Test: [String]?
        }

        struct Mount: Decodable {
            let `Type`: String?
            let Name: String?
            let Source: String?
            let Destination: String?
            let RW: Bool?
            let Propagation: String?
        }

        struct Networking: Decodable {
            let Ports: [String: [Binding]?]?
            let Networks: [String: Joined?]?

            struct Joined: Decodable {}
        }

        struct Binding: Decodable {
            let HostIp: String?
            let HostPort: String?
        }

        struct Host: Decodable {
            let Privileged: Bool?
            let NetworkMode: String?
            let PidMode: String?
            let IpcMode: String?
            let UTSMode: String?
            let UsernsMode: String?
            let CgroupnsMode: String?
            let CapAdd: [String]?
            let CapDrop: [String]?
            let SecurityOpt: [String]?
            let MaskedPaths: [String]?
            let ReadonlyRootfs: Bool?
            let Memory: Int64?
            let CpuShares: Int64?
            let NanoCpus: Int64?
            let CpuQuota: Int64?
            let PidsLimit: Int64?
            let RestartPolicy: Restart?
            let Ulimits: [Ulimit]?
            let CgroupParent: String?
            let Devices: [Device]?
            let DeviceCgroupRules: [String]?
            let PortBindings: [String: [Binding]?]?
            let PublishAllPorts: Bool?

            struct Restart: Decodable {
                let Name: String?
                let MaximumRetryCount: Int?
            }

            struct Ulimit: Decodable {
                let Name: String?
            }

            struct Device: Decodable {
                let PathOnHost: String?
            }
        }
    }
}

extension ContainerConfiguration {
    /// Reads the engine's answer to an inspection, as it came.
    ///
    /// - Throws: the decoder's error when it is not the API's JSON.
    package init(inspection bytes: [UInt8]) throws {
        self.init(try EngineJSON.decode(EngineJSON.Configured.self, from: bytes))
    }

    init(_ answer: EngineJSON.Configured) {
        self.init()
        let written = answer.Name ?? ""
        id = answer.Id ?? ""
        name = written.hasPrefix("/") ? String(written.dropFirst()) : written
        image = answer.Config?.Image ?? ""
        imageID = answer.Image ?? ""
        labels = answer.Config?.Labels ?? [:]
        state = ContainerState(engineWord: answer.State?.Status)
        createdAt = EngineTime(rfc3339: answer.Created ?? "")
        startedAt = EngineTime(rfc3339: answer.State?.StartedAt ?? "")
        restartCount = answer.RestartCount ?? 0
        user = answer.Config?.User ?? ""
        environment = (answer.Config?.Env ?? []).map(EnvironmentVariable.init)
        let test = answer.Config?.Healthcheck?.Test ?? []
        hasHealthCheck = !test.isEmpty && test.first != "NONE"
        appArmorProfile = answer.AppArmorProfile ?? ""
        mounts = (answer.Mounts ?? []).map(Mount.init)
        networks = (answer.NetworkSettings?.Networks ?? [:]).keys.sorted()
        if let host = answer.HostConfig { read(host) }
        let live = Self.bindings(answer.NetworkSettings?.Ports)
        if !live.isEmpty { ports = live }
    }

    private mutating func read(_ host: EngineJSON.Configured.Host) {
        isPrivileged = host.Privileged ?? false
        networkMode = host.NetworkMode ?? ""
        processMode = host.PidMode ?? ""
        ipcMode = host.IpcMode ?? ""
        utsMode = host.UTSMode ?? ""
        userMode = host.UsernsMode ?? ""
        cgroupMode = host.CgroupnsMode ?? ""
        addedCapabilities = (host.CapAdd ?? []).map(Self.capability)
        droppedCapabilities = (host.CapDrop ?? []).map(Self.capability)
        securityOptions = host.SecurityOpt ?? []
        maskedPaths = host.MaskedPaths
        hasReadOnlyRoot = host.ReadonlyRootfs ?? false
        memoryLimit = host.Memory ?? 0
        cpuShares = host.CpuShares ?? 0
        nanoCPUs = host.NanoCpus ?? 0
        cpuQuota = host.CpuQuota ?? 0
        processLimit = host.PidsLimit
        restartPolicy = host.RestartPolicy?.Name ?? ""
        restartLimit = host.RestartPolicy?.MaximumRetryCount ?? 0
        hasUlimits = host.Ulimits?.isEmpty == false
        cgroupParent = host.CgroupParent ?? ""
        devices = (host.Devices ?? []).compactMap(\.PathOnHost)
        deviceRules = host.DeviceCgroupRules ?? []
        ports = Self.bindings(host.PortBindings)
        publishesAllPorts = host.PublishAllPorts ?? false
    }

    private static func capability(_ name: String) -> String {
        let upper = name.uppercased()
        return upper.hasPrefix("CAP_") ? String(upper.dropFirst(4)) : upper
    }

    private static func bindings(
        _ ports: [String: [EngineJSON.Configured.Binding]?]?
    ) -> [PortBinding] {
        (ports ?? [:]).sorted { $0.key < $1.key }.flatMap { port, bindings in
            (bindings ?? []).map {
                PortBinding(
                    containerPort: port,
                    hostAddress: $0.HostIp ?? "",
                    hostPort: $0.HostPort ?? ""
                )
            }
        }
    }
}

extension ContainerConfiguration.Mount {
    init(_ answer: EngineJSON.Configured.Mount) {
        self.init(
            kind: answer.Type ?? "",
            source: answer.Source ?? "",
            destination: answer.Destination ?? "",
            isWritable: answer.RW ?? true
        )
        volume = answer.Name ?? ""
        propagation = answer.Propagation ?? ""
    }
}
