using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Csv;
using StocksDapr.Collector.Imports;

namespace StocksDapr.Collector.Tests.Imports;

/// <summary>A folder for spooled files, and one life of the service's import side at a time over it.</summary>
internal sealed class ImportHouse : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("imports-").FullName;
    private ImportWorker? _worker;

    public ImportLedger Ledger { get; } = new();

    public FakeDisk Disk { get; } = new();

    public ImportOptions Options { get; }

    public ImportSpool Spool { get; private set; } = null!;

    public ImportIntake Intake { get; private set; } = null!;

    public ImportHouse()
    {
        Options = new ImportOptions { Folder = _folder, StallTimeout = TimeSpan.FromSeconds(1), ReceiptWait = TimeSpan.FromSeconds(5) };
        Prepare();
    }

    public IEnumerable<string> Folders => Directory.EnumerateDirectories(_folder).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.');

    public IEnumerable<string> HalfFolders =>
        Directory.Exists(Path.Combine(_folder, ".incoming")) ? Directory.EnumerateDirectories(Path.Combine(_folder, ".incoming")) : [];

    public string PathOf(string id, string file) => Path.Combine(_folder, id, file);

    /// <summary>Begins a new life: what an earlier one knew is forgotten, what it wrote to disk is there.</summary>
    public async Task StartAsync()
    {
        Prepare();
        await _worker!.StartAsync(default);
    }

    public async Task StopAsync()
    {
        if (_worker is null)
            return;
        await _worker.StopAsync(default);
        _worker.Dispose();
        _worker = null;
    }

    public Task<ImportManifest> TakeAsync(string text, LayoutHints? hints = null, string? key = null) =>
        TakeAsync(Encoding.UTF8.GetBytes(text), hints, key);

    public Task<ImportManifest> TakeAsync(byte[] file, LayoutHints? hints = null, string? key = null) =>
        Intake.TakeAsync(new MemoryStream(file), new ImportParameters("test", hints ?? new LayoutHints()), key, default);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Prepare()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var metrics = new ImportMetrics();
        Spool = new ImportSpool(options, Disk, TimeProvider.System, NullLogger<ImportSpool>.Instance);
        _worker = new ImportWorker(
            Spool, new ImportRun(Spool, Ledger, NullLogger<ImportRun>.Instance), Ledger, Ledger, options, TimeProvider.System, metrics, NullLogger<ImportWorker>.Instance);
        Intake = new ImportIntake(Spool, _worker, Ledger, Ledger, options, TimeProvider.System, metrics, NullLogger<ImportIntake>.Instance);
    }

    internal sealed class FakeDisk : IDiskSpace
    {
        public long Available { get; set; } = long.MaxValue;

        public long AvailableBytes(string folder) => Available;
    }
}
