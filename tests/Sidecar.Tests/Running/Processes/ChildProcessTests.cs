using System.Collections.Concurrent;
using System.Diagnostics;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Running.Processes;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Lines_of_both_streams_come_whole_and_an_endless_one_comes_in_pieces()
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(new ChildProcessStart
        {
            Command = ["sh", "-c", "printf 'one\\r\\ntwo\\n'; printf 'err\\n' >&2; printf 'unfinished'; head -c 40000 /dev/zero | tr '\\0' x >&2"],
            OnLine = lines.Enqueue,
        });

        (await process.Exited).Should().Be(0);

        lines.Should().Contain(["one", "two", "err", "unfinished"]);
        lines.Where(line => line.StartsWith('x')).Sum(line => line.Length).Should().Be(40000);
        lines.Max(line => line.Length).Should().BeLessThanOrEqualTo(16 * 1024);
    }

    [Fact]
    public async Task The_environment_is_added_to_and_a_null_takes_away()
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(new ChildProcessStart
        {
            Command = ["sh", "-c", "echo \"$ADDED:${HOME-gone}\""],
            Environment = new Dictionary<string, string?> { ["ADDED"] = "yes", ["HOME"] = null },
            OnLine = lines.Enqueue,
        });
        await process.Exited;

        lines.Should().Equal("yes:gone");
    }

    [Fact]
    public async Task A_child_dies_with_a_runner_that_is_killed()
    {
        if (!OperatingSystem.IsLinux())
            return; // Elsewhere the next `up` stops what is left (LeftoversTests).

        // A runner in miniature, with the launcher's own wrapper: what counts is that the kernel does it when nobody can.
        using var runner = Process.Start(new ProcessStartInfo("sh", ["-c", "setsid setpriv --pdeathsig KILL sleep 600 & echo $!; wait"]) { RedirectStandardOutput = true })!;
        var child = int.Parse((await runner.StandardOutput.ReadLineAsync())!);
        await Eventually.BeTrueAsync(() => File.ReadAllText($"/proc/{child}/comm").Trim() == "sleep");

        runner.Kill();

        await Eventually.BeTrueAsync(() => ProcessIdentity.Of(child) is null);
    }

    [Fact]
    public async Task An_identity_ends_with_its_process_although_the_number_may_be_used_again()
    {
        var process = await ChildProcess.StartAsync(new ChildProcessStart { Command = ["sleep", "600"] });
        var identity = process.Identity;
        identity.IsAlive.Should().BeTrue();
        (identity with { Began = "another boot:1" }).IsAlive.Should().BeFalse("the number alone is no identity");

        await process.DisposeAsync();

        identity.IsAlive.Should().BeFalse();
    }
}
