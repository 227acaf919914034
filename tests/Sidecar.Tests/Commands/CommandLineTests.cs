using StocksDapr.Sidecar.Commands.Imports;
using StocksDapr.Sidecar.Commands.Tests;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Sidecars;

namespace StocksDapr.Sidecar.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("up --detach --data /tmp/x --port 0 --free-ports --no-build --no-data")]
    [InlineData("up -d -f dapr.yaml --components components/rabbitmq --daprd")]
    [InlineData("down --data /tmp/x")]
    [InlineData("status --json")]
    [InlineData("logs writer --follow --lines 5")]
    [InlineData("token --scopes read,write --name ci --expires 30d")]
    [InlineData("import . --interval 1d --source me --symbol A --report out.csv --url http://127.0.0.1:1 --token t")]
    [InlineData("test --filter Name~x")]
    [InlineData("sidecar --app-id a --app-port 1 --dapr-http-port 0 --resources-path x --resources-path y --config c --enable-app-health-check")]
    public void Command_lines_of_the_manual_are_understood(string line) => StocksCommands.Root().Parse(line).Errors.Should().BeEmpty();

    [Theory]
    [InlineData("up --port 70000")]
    [InlineData("up --port many")]
    [InlineData("up --nonsense")]
    [InlineData("import /no/such/file.csv")]
    [InlineData("import")]
    [InlineData("logs --lines -1")]
    [InlineData("sidecar --nonsense")]
    public async Task Command_lines_that_make_no_sense_end_with_2(string line) =>
        (await StocksCommands.RunAsync(line.Split(' '))).Should().Be(ExitCodes.Usage);

    [Fact]
    public void Daprds_flags_without_a_command_mean_a_sidecar()
    {
        StocksCommands.AsSidecar(["--app-id", "a"]).Should().Equal("--app-id", "a");
        StocksCommands.AsSidecar(["-app-id=a"]).Should().Equal("-app-id=a");
        StocksCommands.AsSidecar(["sidecar", "--help"]).Should().Equal("--help");
        StocksCommands.AsSidecar(["--help"]).Should().BeNull();
        StocksCommands.AsSidecar(["up", "--detach"]).Should().BeNull();
        StocksCommands.AsSidecar([]).Should().BeNull();
    }

    [Fact]
    public void The_background_is_asked_for_the_same_run()
    {
        var request = new UpRequest { Data = new DataFolder("/data"), Port = 0, FreePorts = true, Components = "/c", Build = false, SimulatedData = false };
        var arguments = request.ToArguments();

        arguments.Should().Equal("up", "--background", "--data", "/data", "--port", "0", "--components", "/c", "--free-ports", "--no-build", "--no-data");
        StocksCommands.Root().Parse(arguments).Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData("30d", "2026-01-31T00:00:00Z")]
    [InlineData("12h", "2026-01-01T12:00:00Z")]
    [InlineData("2030-05-06", "2030-05-06T00:00:00Z")]
    [InlineData("2030-05-06T07:08:09+02:00", "2030-05-06T05:08:09Z")]
    public void The_end_of_a_token_is_a_span_or_an_instant(string text, string expected) =>
        TokenCommand.Instant(text, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).Should().Be(DateTimeOffset.Parse(expected));

    [Fact]
    public void An_end_that_is_neither_is_refused()
    {
        var reading = () => TokenCommand.Instant("soon", DateTimeOffset.UnixEpoch);
        reading.Should().Throw<RunFailedException>().WithMessage("*soon*30d*");
    }

    [Theory]
    [InlineData("4Mi", 4194304)]
    [InlineData("16Ki", 16384)]
    [InlineData("1.5M", 1500000)]
    [InlineData("1000", 1000)]
    public void Sizes_are_read_as_Kubernetes_writes_them(string text, long bytes) => ByteSize.Parse(text, "x").Should().Be(bytes);

    [Theory]
    [InlineData("")]
    [InlineData("big")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("99999999999999Ti")]
    public void What_is_no_size_is_refused(string text)
    {
        var reading = () => ByteSize.Parse(text, "app a: maxBodySize");
        reading.Should().Throw<RunFailedException>().WithMessage("app a: maxBodySize*4Mi*");
    }

    [Fact]
    public void A_report_field_is_quoted_where_it_must_be()
    {
        RejectionReport.Quote("plain").Should().Be("plain");
        RejectionReport.Quote("a,\"b\"\nc").Should().Be("\"a,\"\"b\"\"\nc\"");
    }

    [Fact]
    public void Files_of_a_folder_are_its_csv_files_by_name_without_hidden_ones()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "b.csv", "a.csv.gz", "sub/C.CSV", ".hidden/x.csv", "notes.md", ".git.csv" })
            folder.Write(name, "");

        ImportFiles.Find(folder.Path).Select(file => Path.GetRelativePath(folder.Path, file)).Should().Equal("a.csv.gz", "b.csv", Path.Combine("sub", "C.CSV"));
        ImportFiles.Find(Path.Combine(folder.Path, "notes.md")).Should().ContainSingle("a file that is named is taken whatever its ending");
    }

    [Fact]
    public void Test_results_are_counted_and_failures_shown()
    {
        var tally = new TestTally();
        tally.Test("Test run for /x/StocksDapr.Market.Tests.dll (.NETCoreApp,Version=v10.0)").Should().BeNull();
        tally.Test("Passed!  - Failed:     0, Passed:   120, Skipped:     0, Total:   120, Duration: 1 s - StocksDapr.Market.Tests.dll (net10.0)").Should().Contain("Market.Tests").And.Contain("120 passed");
        tally.Test("  Failed StocksDapr.X.Y [3 ms]").Should().Be("  Failed StocksDapr.X.Y [3 ms]");
        tally.Test("Failed!  - Failed:     2, Passed:     5, Skipped:     1, Total:     8, Duration: 30 s - StocksDapr.Writer.Tests.dll (net10.0)").Should().Contain("2 FAILED").And.Contain("1 skipped");

        tally.Summary(exitCode: 1).Should().Be("125 passed, 2 failed");
    }

    [Fact]
    public void A_crash_without_a_failed_test_counts_as_a_failure() => new TestTally().Summary(exitCode: 134).Should().Be("0 passed, 1 failed");
}
