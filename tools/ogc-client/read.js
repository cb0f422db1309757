// Reads the services of a running platform as other people's programs do, and prints as JSON what each call gave.
// Arguments: the address of the platform, a collection of features, a collection with maps, and a layer of it.
import { OgcApiEndpoint, WmsEndpoint, WmtsEndpoint } from "@camptocamp/ogc-client";
import features from "@ogcapi-js/features";

const [address, vectors, rasters, layer] = process.argv.slice(2);

/** Wait for each value; an error becomes its text, so that one does not hide the others. */
async function told(questions) {
  const answers = {};
  for (const [name, ask] of Object.entries(questions)) {
    try {
      answers[name] = await ask();
    } catch (error) {
      answers[name] = { error: String(error.message ?? error) };
    }
  }
  return answers;
}

/** Fetch what an address that a client made gives: its status, media type and size. */
async function fetched(url) {
  const answer = await fetch(url);
  return { url, status: answer.status, type: answer.headers.get("content-type"), size: (await answer.arrayBuffer()).byteLength };
}

function ogcApi(root) {
  const api = new OgcApiEndpoint(root);
  return told({
    info: () => api.info,
    conformance: async () => (await api.conformanceClasses).length,
    collections: () => api.allCollections,
    features: () => api.featureCollections,
    vectorTiles: () => api.vectorTileCollections,
    mapTiles: () => api.mapTileCollections,
    records: () => api.recordCollections,
    hasTiles: () => api.hasTiles,
    hasFeatures: () => api.hasFeatures,
    tileMatrixSets: () => api.tileMatrixSets,
    collection: () => api.getCollectionInfo(vectors),
    rasterCollection: () => api.getCollectionInfo(rasters),
    items: async () => (await api.getCollectionItems(vectors, 5, 2)).map((each) => each.id),
    item: async () => api.getCollectionItem(vectors, (await api.getCollectionItems(vectors, 1))[0].id),
    itemsUrl: async () =>
      fetched(await api.getCollectionItemsUrl(vectors, { limit: 3, extent: [-125, 24, -66, 50], sortBy: ["-mag"], properties: ["mag"] })),
    csvUrl: async () => fetched(await api.getCollectionItemsUrl(vectors, { limit: 3, outputFormat: "text/csv" })),
    vectorTileset: async () => fetched(await api.getVectorTilesetUrl(vectors)),
    mapTileset: async () => fetched(await api.getMapTilesetUrl(rasters, "WebMercatorQuad")),
    styles: () => api.allStyles(rasters),
  });
}

function pictures() {
  const wms = new WmsEndpoint(`${address}/wms`);
  const wmts = new WmtsEndpoint(`${address}/wmts/1.0.0/WMTSCapabilities.xml`);
  const size = { widthPx: 64, heightPx: 32, outputFormat: "image/png", styles: ["default"] };
  return told({
    wms: async () => (await wms.isReady()).getServiceInfo(),
    version: () => wms.getVersion(),
    layers: () => wms.getFlattenedLayers().map((each) => each.name),
    layer: () => wms.getLayerByName(layer),
    map: () => fetched(wms.getMapUrl([layer], { ...size, crs: "EPSG:3857", extent: [0, 0, 5e6, 5e6] })),
    mapInDegrees: () => fetched(wms.getMapUrl([layer], { ...size, crs: "EPSG:4326", extent: [0, 0, 40, 20] })),
    wmts: async () => (await wmts.isReady()).getServiceInfo(),
    matrixSets: () => wmts.getMatrixSets().map((each) => each.identifier),
    tileLayer: () => wmts.getLayerByName(layer),
    dimensions: () => wmts.getDefaultDimensions(layer),
    tile: () => fetched(wmts.getTileUrl(layer, "default", "WebMercatorQuad", "1", 0, 1)),
  });
}

function simpleFeatures() {
  const service = new features.FeatureService({ baseUrl: `${address}/ogc` });
  return told({
    conformance: async () => (await service.getConformance()).conformsTo.length,
    collections: async () => (await service.getCollections()).collections.map((each) => each.id),
    collection: () => service.getCollection(vectors),
    queryables: async () => Object.keys((await service.getQueryables(vectors)).properties),
    items: async () => {
      const found = await service.getFeatures(vectors, {
        limit: 4, bbox: [-180, -90, 180, 90], properties: ["mag"], sortby: "-mag", filter: "mag > 5", filterLang: "cql2-text",
      });
      return { matched: found.numberMatched, values: found.features.map((each) => each.properties.mag) };
    },
    item: async () => {
      const found = await service.getFeatures(vectors, { limit: 1 });
      return (await service.getFeature(vectors, found.features[0].id)).type;
    },
  });
}

globalThis.location ??= new URL(address);
process.on("unhandledRejection", () => {}); // the call that waits for it tells of it
console.log(JSON.stringify({
  ogc: await ogcApi(`${address}/ogc`),
  stac: await ogcApi(`${address}/stac`),
  pictures: await pictures(),
  ogcapiJs: await simpleFeatures(),
}, null, 1));
