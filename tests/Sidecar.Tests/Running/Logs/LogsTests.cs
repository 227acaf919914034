using StocksDapr.Sidecar.Commands;

namespace StocksDapr.Sidecar.Running.Logs;

public sealed class LogsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string File_ => Path.Combine(_folder.Path, "logs", "app.log");

    [Fact]
    public void Lines_get_the_prefix_of_the_Dapr_CLI_on_the_console_and_in_the_file_which_has_no_colours()
    {
        var console = new List<string>();
        using (var file = new RotatingLog(File_))
            new ServiceLog(ServiceLog.AppPrefix("query"), file, console.Add).Write("\x1b[32minfo\x1b[0m: ready");

        console.Should().Equal("== APP - query == info: ready");
        File.ReadAllLines(File_).Should().Equal("== APP - query == info: ready");
    }

    [Fact]
    public void A_log_keeps_its_newest_parts_and_no_more()
    {
        using (var log = new RotatingLog(File_, limit: 100))
        {
            for (var line = 0; line < 100; line++)
                log.WriteLine($"line {line:000}"); // 9 bytes each, so 12 to a part
        }

        Directory.GetFiles(Path.GetDirectoryName(File_)!).Select(Path.GetFileName).Should().BeEquivalentTo("app.log", "app.1.log", "app.2.log");
        var kept = new[] { RotatingLog.Older(File_, 2), RotatingLog.Older(File_, 1), File_ }.SelectMany(File.ReadAllLines).ToList();
        kept.Should().HaveCountGreaterThan(24).And.BeInAscendingOrder(StringComparer.Ordinal).And.EndWith("line 099");
    }

    [Fact]
    public void A_log_is_continued_by_the_next_run()
    {
        using (var log = new RotatingLog(File_))
            log.WriteLine("first");
        using (var log = new RotatingLog(File_))
            log.WriteLine("second");

        File.ReadAllLines(File_).Should().Equal("first", "second");
    }

    [Fact]
    public void A_tail_sees_what_is_added_in_whole_lines_and_over_a_rotation()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File_)!);
        File.WriteAllText(File_, "before\n");
        using var tail = new LogTail(File_, fromEnd: true);

        File.AppendAllText(File_, "one\ntw");
        tail.Read().Should().Equal("one");
        File.AppendAllText(File_, "o\n");
        tail.Read().Should().Equal("two");

        File.AppendAllText(File_, "last of the old\n");
        File.Move(File_, RotatingLog.Older(File_, 1));
        File.WriteAllText(File_, "new\n");
        tail.Read().Should().Equal("last of the old", "new");
    }

    [Fact]
    public void A_tail_waits_for_a_file_that_is_not_there_yet()
    {
        using var tail = new LogTail(File_, fromEnd: false);
        tail.Read().Should().BeEmpty();

        Directory.CreateDirectory(Path.GetDirectoryName(File_)!);
        File.WriteAllText(File_, "hello\n");
        tail.Read().Should().Equal("hello");
    }
}
