namespace StocksDapr.Sidecar.Commands;

/// <summary>Reads what is added to a log file, also over its rotation.</summary>
internal sealed class LogTail : IDisposable
{
    private readonly string _path;
    private FileStream? _file;
    private string _unfinished = "";

    /// <param name="path">The file, which may not exist yet.</param>
    /// <param name="fromEnd">Leave out what is in it now.</param>
    public LogTail(string path, bool fromEnd)
    {
        _path = path;
        Open();
        if (fromEnd)
            _file?.Seek(0, SeekOrigin.End);
    }

    /// <summary>The whole lines that were added since the last call.</summary>
    public IEnumerable<string> Read()
    {
        Open();
        foreach (var line in ReadOpen())
            yield return line;
        // A rotation moves the file away: what is left in the old one has been read, the new one begins.
        if (_file is not null && File.Exists(_path) && new FileInfo(_path).Length < _file.Position)
        {
            _file.Dispose();
            _file = null;
            Open();
            foreach (var line in ReadOpen())
                yield return line;
        }
    }

    public void CopyTo(TextWriter writer)
    {
        foreach (var line in Read())
            writer.WriteLine(line);
    }

    public void Dispose() => _file?.Dispose();

    private IEnumerable<string> ReadOpen()
    {
        if (_file is null)
            yield break;
        using var reader = new StreamReader(_file, leaveOpen: true);
        var lines = (_unfinished + reader.ReadToEnd()).Split('\n');
        _unfinished = lines[^1];
        foreach (var line in lines.SkipLast(1))
            yield return line;
    }

    private void Open()
    {
        if (_file is null && File.Exists(_path))
            _file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }
}
