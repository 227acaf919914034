using StocksDapr.Sidecar.Commands.Daprd;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands;

public sealed class DaprdFlagsTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData("-app-id", "a")]
    [InlineData("--app-id", "a")]
    [InlineData("--app-id=a")]
    [InlineData("-app-id=a", "--", "--unknown")]
    [InlineData("--enable-metrics", "false", "--app-id", "a", "left-over")]
    [InlineData("--app-id", "b", "--app-id", "a")]
    public void Flags_are_read_in_all_of_Gos_forms(params string[] arguments) => Read(arguments).Sidecar.AppId.Should().Be("a");

    [Fact]
    public void Every_flag_of_daprd_is_known()
    {
        var arguments = DaprdFlags.All.SelectMany(flag => flag.Kind switch
        {
            FlagKind.Switch => new[] { $"--{flag.Name}=false" },
            FlagKind.Number or FlagKind.Count => [$"--{flag.Name}", "7"],
            FlagKind.Duration => [$"--{flag.Name}", "7s"],
            _ => [$"--{flag.Name}=7"],
        });

        FlagValues.Parse([.. arguments], DaprdFlags.All).Given.Should().Equal(DaprdFlags.All);
    }

    [Theory]
    [InlineData("unknown flag: --nope", "--nope")]
    [InlineData("unknown shorthand flag: 'a' in -a", "-a")]
    [InlineData("flag needs an argument: --app-id", "--app-id")]
    [InlineData("bad flag syntax: --=x", "--=x")]
    [InlineData("invalid argument \"many\" for \"--app-max-concurrency\" flag: strconv.ParseInt: parsing \"many\": invalid syntax", "--app-max-concurrency=many")]
    [InlineData("invalid argument \"x\" for \"--enable-metrics\" flag: strconv.ParseBool: parsing \"x\": invalid syntax", "--enable-metrics=x")]
    [InlineData("invalid argument \"5\" for \"--dapr-block-shutdown-duration\" flag: time: invalid duration \"5\"", "--dapr-block-shutdown-duration", "5")]
    [InlineData("invalid argument \"-1\" for \"--scheduler-job-streams\" flag: strconv.ParseUint: parsing \"-1\": invalid syntax", "--scheduler-job-streams", "-1")]
    public void What_cannot_be_read_is_named_in_Gos_words(string message, params string[] arguments)
    {
        var reading = () => FlagValues.Parse(arguments, DaprdFlags.All);

        reading.Should().Throw<FlagException>().WithMessage(message);
    }

    [Theory]
    [InlineData("parameter app-id cannot be empty", "--app-port", "1")]
    [InlineData("parameter app-id cannot contain dots", "--app-id", "a.b")]
    [InlineData("*dapr-http-port*\"x\"*0 to 65535", "--app-id", "a", "--dapr-http-port", "x")]
    [InlineData("*dapr-grpc-port*\"70000\"*", "--app-id", "a", "--dapr-grpc-port", "70000")]
    [InlineData("*'dapr-http-port' argument value 5 conflicts with 'app-port'", "--app-id", "a", "--dapr-http-port", "5", "--app-port", "5")]
    [InlineData("--app-protocol grpc is not possible here*http, https or h2c*", "--app-id", "a", "--app-protocol", "grpc")]
    [InlineData("invalid value for 'app-protocol': carrier-pigeon", "--app-id", "a", "--app-protocol", "carrier-pigeon")]
    [InlineData("--mode kubernetes is not possible here*", "--app-id", "a", "--mode", "kubernetes")]
    [InlineData("--enable-mtls is not possible here*", "--app-id", "a", "--enable-mtls")]
    [InlineData("--unix-domain-socket is not possible here*", "--app-id", "a", "--unix-domain-socket", "/tmp")]
    [InlineData("value for 'health-probe-timeout' must be smaller*", "--app-id", "a", "--app-health-probe-timeout", "5001")]
    [InlineData("invalid value for 'disable-init-endpoints': health*", "--app-id", "a", "--disable-init-endpoints", "config,health")]
    [InlineData("invalid value for 'max-body-size' option: `big` is no size*", "--app-id", "a", "--max-body-size", "big")]
    public void What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        var reading = () => Read(arguments);

        reading.Should().Throw<RunFailedException>().WithMessage(message);
    }

    [Fact]
    public void Flags_and_environment_become_the_sidecars_options()
    {
        var settings = Read(
            [
                "--app-id", "a", "--app-port", "5000", "--app-protocol", "H2C", "--app-channel-address", "::1", "--dapr-http-port", "3501", "--dapr-grpc-port", "0",
                "--resources-path", "/r1,/r2", "--resources-path", "/r3", "--config=/c", "--app-max-concurrency", "4", "--enable-app-health-check",
                "--app-health-check-path", "/alive", "--app-health-probe-interval", "2", "--app-health-probe-timeout", "100", "--app-health-threshold", "1",
                "--dapr-graceful-shutdown-seconds", "9", "--dapr-block-shutdown-duration", "1m30s", "--disable-init-endpoints", "Config", "--allowed-origins", "http://a, http://b",
                "--dapr-listen-addresses", "[::1],127.0.0.1", "--dapr-internal-grpc-port", "40000", "--metrics-port", "9191", "--dapr-public-port", "3502", "--enable-api-logging",
            ],
            new() { ["NAMESPACE"] = "prod", ["DAPR_API_TOKEN"] = "t1", ["APP_API_TOKEN"] = "t2" });

        settings.Sidecar.Should().BeEquivalentTo(new SidecarOptions
        {
            AppId = "a",
            Namespace = "prod",
            AppPort = 5000,
            AppProtocol = "h2c",
            AppHost = "::1",
            HttpPort = 3501,
            GrpcPort = 0,
            InternalPort = 40000,
            ListenAddresses = ["[::1]", "127.0.0.1"],
            PublicPort = 3502,
            ResourcesPaths = ["/r1", "/r2", "/r3"],
            ConfigPaths = ["/c"],
            ApiToken = "t1",
            AppToken = "t2",
            AppMaxConcurrency = 4,
            AppHealth = new AppHealthOptions { Path = "/alive", Interval = TimeSpan.FromSeconds(2), Timeout = TimeSpan.FromMilliseconds(100), Threshold = 1 },
            GracefulShutdown = TimeSpan.FromSeconds(9),
            BlockShutdown = TimeSpan.FromSeconds(90),
            DisableInitEndpoints = ["config"],
            AllowedOrigins = ["http://a", "http://b"],
            ApiLogging = true,
        });
    }

    [Fact]
    public void Without_flags_the_values_are_daprds()
    {
        var settings = Read(["--app-id", "a", "--app-ssl", "--components-path", "/c"]);

        settings.Sidecar.Should().BeEquivalentTo(new SidecarOptions { AppId = "a", AppProtocol = "https", HttpPort = 3500, GrpcPort = 50001, ResourcesPaths = ["/c"] });
    }

    [Theory]
    [InlineData(4 << 20)]
    [InlineData(2 << 20, "--max-body-size", "2Mi")]
    [InlineData(2 << 20, "--dapr-http-max-request-size", "2")]
    [InlineData(4 << 20, "--dapr-http-max-request-size", "-1")]
    [InlineData(4 << 20, "--max-body-size", "-1")]
    [InlineData(3 << 20, "--dapr-http-max-request-size", "2", "--max-body-size", "3Mi")]
    [InlineData(long.MaxValue, "--max-body-size", "0")]
    [InlineData(long.MaxValue, "--dapr-http-max-request-size", "0")]
    public void The_body_limit_has_two_flags_and_can_be_lifted(long expected, params string[] arguments) =>
        Read(["--app-id", "a", .. arguments]).Sidecar.MaxBodySize.Should().Be(expected);

    [Theory]
    [InlineData(false, "time=\"2026-01-02T03:04:05.0000000Z\" level=warning msg=\"it's \\\"said\\\"\\n\" app_id=a instance=* scope=dapr.runtime.part type=log ver=1.18.3\n")]
    [InlineData(true, "{\"app_id\":\"a\",\"instance\":\"*\",\"level\":\"warning\",\"msg\":\"it's \\\"said\\\"\\n\",\"scope\":\"dapr.runtime.part\",\"time\":\"2026-01-02T03:04:05.0000000Z\",\"type\":\"log\",\"ver\":\"1.18.3\"}\n")]
    public void Log_lines_have_daprds_form(bool asJson, string expected)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new Support.ManualTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var provider = new DaprdLoggerProvider("a", "1.18.3", asJson, output, clock);

        provider.CreateLogger("Some.Space.Part[a]").Log(Microsoft.Extensions.Logging.LogLevel.Warning, default, "it's \"said\"\n", null, (text, _) => text);

        output.ToString().Should().Match(expected);
    }

    private static DaprdSettings Read(string[] arguments, Dictionary<string, string>? environment = null) =>
        DaprdSettings.Read(FlagValues.Parse(arguments, DaprdFlags.All), name => (environment ?? Nothing).GetValueOrDefault(name));
}
