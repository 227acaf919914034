namespace StocksDapr.Sidecar.Running.Templates;

public sealed class RunTemplateReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RunTemplateReaderTests()
    {
        _folder.MakeFolder("a");
        _folder.MakeFolder("b");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Values_of_an_application_win_over_common_ones_value_by_value()
    {
        var plan = Read("""
            version: 1
            name: two
            unheardOf: ignored
            common:
              appProtocol: h2c
              appMaxConcurrency: 7
              enableAppHealthCheck: true
              env: {LEVEL: debug, SHARED: "1"}
            apps:
              - appID: first
                appDirPath: ./a
                appPort: 5001
                daprHTTPPort: 3601
                appProtocol: http
                enableAppHealthCheck: false
                env: {LEVEL: info, OWN: 2}
                command: [echo, "a b"]
              - appDirPath: b
            """);

        var first = plan.Apps[0];
        first.Should().BeEquivalentTo(new { AppId = "first", AppPort = 5001, HttpPort = 3601, AppProtocol = "http", Command = new[] { "echo", "a b" } });
        first.Settings.AppMaxConcurrency.Should().Be(7);
        first.Settings.EnableAppHealthCheck.Should().BeTrue("a common true cannot be taken back, as with the Dapr CLI");
        first.Environment.Should().Equal(new Dictionary<string, string> { ["LEVEL"] = "info", ["SHARED"] = "1", ["OWN"] = "2" });

        var second = plan.Apps[1];
        second.AppId.Should().Be("b", "the folder's name stands in for a missing id");
        second.AppProtocol.Should().Be("h2c");
        second.HttpPort.Should().BeGreaterThan(0).And.NotBe(3500, "a port that is not written is any free one");
        second.AppPort.Should().Be(0);
    }

    [Fact]
    public void An_application_finds_the_variables_that_the_Dapr_CLI_sets_and_its_own_last()
    {
        var plan = Read("""
            version: 1
            apps:
              - appID: one
                appDirPath: a
                appPort: 5001
                daprHTTPPort: 3601
                daprGRPCPort: 50011
                metricsPort: 9091
                env: {APP_PORT: "9999"}
            """);

        plan.Apps[0].ProcessEnvironment(new Dictionary<string, string> { ["STOCKS_DATA"] = "/data" }).Should().Equal(new Dictionary<string, string?>
        {
            ["APP_ID"] = "one",
            ["APP_CHANNEL_ADDRESS"] = "",
            ["DAPR_HTTP_PORT"] = "3601",
            ["DAPR_GRPC_PORT"] = "50011",
            ["DAPR_METRICS_PORT"] = "9091",
            ["APP_PROTOCOL"] = "http",
            ["APP_PORT"] = "9999",
            ["STOCKS_DATA"] = "/data",
        });
    }

    [Fact]
    public void Resources_are_the_applications_own_then_those_beside_it_then_the_common_ones_then_the_installed_ones()
    {
        var own = _folder.MakeFolder("a/own");
        var beside = _folder.MakeFolder("b/.dapr/resources");
        var common = _folder.MakeFolder("common");
        _folder.MakeFolder("c");
        const string apps = """
            apps:
              - {appID: a, appDirPath: a, resourcesPaths: [./own]}
              - {appID: b, appDirPath: b}
              - {appID: c, appDirPath: c}
            """;

        var withCommon = Read("version: 1\ncommon: {resourcesPath: ./common}\n" + apps);
        withCommon.Apps.Select(app => app.ResourcesPaths.Single()).Should().Equal(own, beside, common);

        var installed = _folder.MakeFolder("home/.dapr/components");
        var without = Read("version: 1\n" + apps);
        without.Apps.Select(app => app.ResourcesPaths.Single()).Should().Equal(own, beside, installed);
    }

    [Fact]
    public void The_configuration_file_follows_the_same_order()
    {
        var own = _folder.Write("a/own.yaml", "");
        var beside = _folder.Write("b/.dapr/config.yaml", "");
        _folder.MakeFolder("c");
        var installed = _folder.Write("home/.dapr/config.yaml", "");

        var plan = Read("""
            version: 1
            apps:
              - {appID: a, appDirPath: a, configFilePath: own.yaml}
              - {appID: b, appDirPath: b}
              - {appID: c, appDirPath: c}
            """);

        plan.Apps.Select(app => app.ConfigPath).Should().Equal(own, beside, installed);
    }

    [Fact]
    public void The_tilde_is_the_home_folder()
    {
        var shared = _folder.MakeFolder("home/shared");

        Read("version: 1\napps: [{appID: a, appDirPath: a, resourcesPaths: [~/shared]}]").Apps[0].ResourcesPaths.Should().Equal(shared);
    }

    [Fact]
    public void Every_problem_is_named_at_once()
    {
        var reading = () => Read("""
            common: {resourcesPath: ./nowhere}
            apps:
              - {appID: dotted.name, appDirPath: a}
              - {appID: twice, appDirPath: b, appPort: 5001}
              - {appID: twice, appDirPath: missing, appPort: 5001}
              - {appID: nofolder}
            """);

        reading.Should().Throw<RunTemplateException>().Which.Problems.Should().Contain(problem => problem.Contains("version"))
            .And.Contain(problem => problem.Contains("dotted.name") && problem.Contains("dots"))
            .And.Contain(problem => problem.Contains("twice") && problem.Contains("used twice"))
            .And.Contain(problem => problem.Contains("port 5001") && problem.Contains("used twice"))
            .And.Contain(problem => problem.Contains("missing") && problem.Contains("does not exist"))
            .And.Contain(problem => problem.Contains("nofolder") && problem.Contains("appDirPath"))
            .And.Contain(problem => problem.Contains("nowhere"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("version: 1", "apps is missing")]
    [InlineData("version: [", "line ")]
    [InlineData("version: 1\napps:\n  - {appID: a, appDirPath: a, appPort: many}", "line 3")]
    public void A_template_that_cannot_be_read_is_refused_with_the_place(string yaml, string says)
    {
        var reading = () => Read(yaml);
        reading.Should().Throw<RunTemplateException>().WithMessage($"*{says}*");
    }

    [Fact]
    public void Free_ports_replace_every_written_one_and_differ()
    {
        var plan = Read(
            """
            version: 1
            apps:
              - {appID: gateway, appDirPath: a, appPort: 8080, daprHTTPPort: 3601, metricsPort: 9090}
              - {appID: b, appDirPath: b, appPort: 5001, daprHTTPPort: 3602}
              - {appID: portless, appDirPath: b}
            """,
            new RunOverrides { FreePorts = true });

        plan.Apps.SelectMany(app => new[] { app.HttpPort, app.GrpcPort, app.MetricsPort }).Concat([plan.Apps[0].AppPort, plan.Apps[1].AppPort])
            .Should().OnlyHaveUniqueItems().And.NotContain([8080, 3601, 3602, 5001, 9090, 0]);
        plan.Apps[2].AppPort.Should().Be(0, "an application without a port gets none");
    }

    [Theory]
    [InlineData(9123, 9123)]
    [InlineData(null, 8080)]
    public void The_gateways_port_can_be_said_on_the_command_line(int? given, int expected)
    {
        var plan = Read("version: 1\napps: [{appID: gateway, appDirPath: a, appPort: 8080}]", new RunOverrides { GatewayPort = given });
        plan.Apps[0].AppPort.Should().Be(expected);
        Run.GatewayOf(plan).Should().Be($"http://127.0.0.1:{expected}");
    }

    [Fact]
    public void Another_folder_of_components_replaces_the_templates()
    {
        var other = _folder.MakeFolder("rabbitmq");
        Read("version: 1\napps: [{appID: a, appDirPath: a}]", new RunOverrides { ResourcesPath = other }).Apps[0].ResourcesPaths.Should().Equal(other);
    }

    private RunPlan Read(string yaml, RunOverrides? overrides = null)
    {
        var home = Path.Combine(_folder.Path, "home");
        return RunTemplateReader.Read(_folder.Write("dapr.yaml", yaml), (overrides ?? new RunOverrides()) with { HomeFolder = home });
    }
}
