using System.Security.Cryptography;

namespace StocksDapr.Sidecar.Running.Records;

/// <summary>A file that only its owner may read: a password, a key.</summary>
internal static class OwnersFile
{
    /// <summary>32 random bytes as 64 hexadecimal digits, which need quoting nowhere.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Writes the file. It is written beside and moved, so that nobody ever reads half of it.</summary>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var writer = new StreamWriter(unfinished, options))
            writer.Write(text);
        File.Move(unfinished, path, overwrite: true);
    }
}
