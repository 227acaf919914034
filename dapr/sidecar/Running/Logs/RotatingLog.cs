using System.Globalization;
using System.Text;

namespace StocksDapr.Sidecar.Running.Logs;

/// <summary>
/// A log file that does not grow for ever: when it reaches its limit it becomes <c>name.1.log</c>, what was that becomes <c>name.2.log</c>, and
/// the oldest goes. A disk that is full costs lines, never the run.
/// </summary>
internal sealed class RotatingLog : IDisposable
{
    public const long DefaultLimit = 10 * 1024 * 1024;
    private const int Kept = 2;

    private readonly string _path;
    private readonly long _limit;
    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private long _written;

    /// <param name="path">The current file; it is appended to.</param>
    /// <param name="limit">Bytes after which it is moved away.</param>
    public RotatingLog(string path, long limit = DefaultLimit)
    {
        _path = path;
        _limit = limit;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Open();
    }

    public void WriteLine(string line)
    {
        lock (_gate)
        {
            try
            {
                if (_written >= _limit)
                    Rotate();
                _writer?.WriteLine(line);
                _written += Encoding.UTF8.GetByteCount(line) + 1;
            }
            catch (IOException)
            {
                // The disk is full or gone; the line is lost, the run goes on.
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    /// <summary>The path of an older part of a log: 1 is the one before the current.</summary>
    public static string Older(string path, int age) =>
        Path.ChangeExtension(path, string.Create(CultureInfo.InvariantCulture, $".{age}{Path.GetExtension(path)}"));

    private void Open()
    {
        var stream = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _written = stream.Length;
        _writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true };
    }

    private void Rotate()
    {
        _writer?.Dispose();
        for (var age = Kept; age > 0; age--)
        {
            var younger = age == 1 ? _path : Older(_path, age - 1);
            if (File.Exists(younger))
                File.Move(younger, Older(_path, age), overwrite: true);
        }

        Open();
    }
}
