// Bluesky's reference server with a directory of identities in memory, both on loopback only, for
// the tests beside this file: `node start.mjs PORT PORT_OF_THE_DIRECTORY FOLDER`, until SIGTERM.
import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'

const [port, directoryPort] = process.argv.slice(2, 4).map(Number)
const folder = process.argv[4]

// Both servers name a port alone, which would be open on every interface.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (where, ...rest) {
  if (typeof where === 'number') return listen.call(this, { port: where, host: '127.0.0.1' }, ...rest.filter((each) => typeof each === 'function'))
  if (where?.port !== undefined && !where.host) return listen.call(this, { ...where, host: '127.0.0.1' }, ...rest)
  return listen.call(this, where, ...rest)
}

const { Database, PlcServer } = await import('@did-plc/server')
const { PDS } = await import('@atproto/pds')

const directory = PlcServer.create({ db: Database.mock(), port: directoryPort })
await directory.start()
fs.mkdirSync(`${folder}/blobs`)
const random = () => crypto.randomBytes(32).toString('hex')
const server = await PDS.fromEnv({
  devMode: true,
  port,
  hostname: 'localhost',
  dataDirectory: folder,
  blobstoreDiskLocation: `${folder}/blobs`,
  blobUploadLimit: 5_242_880,
  didPlcUrl: `http://localhost:${directoryPort}`,
  adminPassword: random(),
  jwtSecret: random(),
  plcRotationKeyK256PrivateKeyHex: random(),
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  disableSsrfProtection: true,
  rateLimitsEnabled: true,
  bskyAppViewUrl: 'http://localhost:1',
  bskyAppViewDid: 'did:web:localhost%3A1',
})
await server.start()
console.log('ready')

process.on('SIGTERM', async () => {
  await server.destroy()
  await directory.destroy()
  process.exit(0)
})
