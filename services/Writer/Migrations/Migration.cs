using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace StocksDapr.Writer.Migrations;

/// <summary>One step of the schema: a file <c>NNNN_name.sql</c>. Once released it never changes; a change is a new file.</summary>
/// <param name="Checksum">SHA-256 of the text with Unix line ends, in hexadecimal.</param>
internal sealed record Migration(int Version, string Name, string Sql, string Checksum)
{
    private const string ResourcePrefix = "Migrations/";

    public static Migration Create(int version, string name, string sql)
    {
        var text = sql.ReplaceLineEndings("\n");
        return new Migration(version, name, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>The migrations that this build carries, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            var file = Path.GetFileNameWithoutExtension(resource[ResourcePrefix.Length..]);
            if (file.Split('_', 2) is not [var number, var name] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                throw new InvalidOperationException($"The migration {resource} is not named NNNN_name.sql.");

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            migrations.Add(Create(version, name, reader.ReadToEnd()));
        }

        migrations.Sort((left, right) => left.Version.CompareTo(right.Version));
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Version != i + 1)
                throw new InvalidOperationException($"Migrations are numbered 1, 2, 3 and so on; {i + 1} is missing or there twice.");
        }

        return migrations;
    }
}
