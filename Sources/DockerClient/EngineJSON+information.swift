// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension EngineJSON {
    struct Information: Decodable {
        let SecurityOptions: [String]?
        let Driver: String?
        let DriverStatus: [[String]]?
        let LoggingDriver: String?
        let CgroupVersion: String?
        let DockerRootDir: String?
        let LiveRestoreEnabled: Bool?
        let ExperimentalBuild: Bool?
        let OperatingSystem: String?
        let RegistryConfig: Registries?
        let Plugins: Plugins?
        let Swarm: Swarm?
        let Images: Int?
        let Containers: Int?

        struct Registries: Decodable {
            let InsecureRegistryCIDRs: [String]?
            let IndexConfigs: [String: Index?]?

            struct Index: Decodable {
                let Secure: Bool?
            }
        }

        struct Plugins: Decodable {
            let Authorization: [String]?
        }

        struct Swarm: Decodable {
            let LocalNodeState: String?
            let ControlAvailable: Bool?
            let Managers: Int?
        }
    }

    struct ImageInspection: Decodable {
        let Id: String?
        let RepoTags: [String]?
        let Created: String?
        let Config: Config?

        struct Config: Decodable {
            let User: String?
            let Env: [String]?
            let Healthcheck: Configured.Check?
        }
    }

    struct Step: Decodable {
        let CreatedBy: String?
    }

    struct Change: Decodable {
        let Path: String?
        let Kind: Int?
    }

    struct NetworkDetails: Decodable {
        let Name: String?
        let Driver: String?
        let Options: [String: String]?
    }

    struct VolumeDetails: Decodable {
        let Volumes: [Volume]?

        struct Volume: Decodable {
            let Name: String?
            let Options: [String: String]?
        }
    }

    struct SwarmDetails: Decodable {
        let Spec: Spec?

        struct Spec: Decodable {
            let EncryptionConfig: Encryption?
            let CAConfig: Authority?
        }

        struct Encryption: Decodable {
            let AutoLockManagers: Bool?
        }

        struct Authority: Decodable {
            let NodeCertExpiry: Int64?
        }
    }

    struct ServiceDetails: Decodable {
        let Spec: Spec?

        struct Spec: Decodable {
            let Name: String?
            let EndpointSpec: Endpoint?
        }

        struct Endpoint: Decodable {
            let Ports: [Port]?
        }

        struct Port: Decodable {
            let PublishedPort: Int?
            let PublishMode: String?
        }
    }
}

extension EngineInformation {
    init(_ answer: EngineJSON.Information) {
        self.init()
        securityOptions = answer.SecurityOptions ?? []
        storageDriver = answer.Driver ?? ""
        for pair in answer.DriverStatus ?? [] where pair.count == 2 {
            storageStatus[pair[0]] = pair[1]
        }
        loggingDriver = answer.LoggingDriver ?? ""
        cgroupVersion = answer.CgroupVersion ?? ""
        rootFolder = answer.DockerRootDir ?? ""
        hasLiveRestore = answer.LiveRestoreEnabled ?? false
        isExperimental = answer.ExperimentalBuild ?? false
        operatingSystem = answer.OperatingSystem ?? ""
        let registries = answer.RegistryConfig
        let loopback = ["127.0.0.0/8", "::1/128"]
        insecureRegistries =
            (registries?.InsecureRegistryCIDRs ?? []).filter { !loopback.contains($0) }
            + (registries?.IndexConfigs ?? [:]).filter { $0.value?.Secure == false }.keys.sorted()
        authorizationPlugins = answer.Plugins?.Authorization ?? []
        swarmState = answer.Swarm?.LocalNodeState ?? ""
        isSwarmManager = answer.Swarm?.ControlAvailable ?? false
        swarmManagers = answer.Swarm?.Managers ?? 0
        images = answer.Images ?? 0
        containers = answer.Containers ?? 0
    }
}

extension ImageConfiguration {
    init(_ answer: EngineJSON.ImageInspection) {
        self.init()
        id = answer.Id ?? ""
        tags = (answer.RepoTags ?? []).filter { $0 != "<none>:<none>" }
        createdAt = EngineTime(rfc3339: answer.Created ?? "")
        user = answer.Config?.User ?? ""
        let test = answer.Config?.Healthcheck?.Test ?? []
        hasHealthCheck = !test.isEmpty && test.first != "NONE"
        environment = (answer.Config?.Env ?? []).map(EnvironmentVariable.init)
    }
}

extension SwarmInformation.Service {
    init(_ answer: EngineJSON.ServiceDetails) {
        let ports = answer.Spec?.EndpointSpec?.Ports ?? []
        self.init(
            name: answer.Spec?.Name ?? "",
            meshPorts: ports.filter { $0.PublishMode != "host" }.compactMap(\.PublishedPort)
        )
    }
}
